/** docs/first-sync.md: a walk through a first sync, made from what the demo prints. */

const head = [
  "# A first sync, step by step",
  "",
  "What follows is the output of `groupbridge demo` (`npm run demo` in a clone), which plays the real commands on a small world in sandboxes of Zendesk and cStar on one machine; times, ports and",
  "names of machines are made the same. For accounts of your own begin with `groupbridge init`, which asks for both systems, tries the keys and writes the config; every key stands in",
  "[the config file](config.md).",
  "",
  ""
].join("\n")

/** What differs from one machine and minute to another. */
const same: ReadonlyArray<readonly [RegExp, string]> = [
  [/127\.0\.0\.1:\d+/g, "127.0.0.1:4000"],
  [/\b\d{1,2} [A-Z][a-z]{2}(?: \d{4})? (?=\d\d:\d\d)/g, ""],
  [/\b\d\d:\d\d\b(?! UTC)/g, "10:00"],
  [/\b\d\d:\d\d(?= UTC)/g, "10:00"],
  [/\bby \S+@\S+/g, "by petra@ops1"],
  [/(?<=[,;] )(?:under 1 s|\d+ s|\d+ min)(?=$|\s| at )/gm, "2 s"],
  [/\((?:under 1 s|\d+ s|\d+ min) ago\)/g, "(2 s ago)"],
  [/ +$/gm, ""]
]

const normalised = (output: string): string => same.reduce((text, [pattern, by]) => text.replace(pattern, by), output)

/** The document. Remarks become text, commands and their output stand as they were printed. */
export const document = (output: string): string => {
  const blocks = normalised(output)
    .trim()
    .split(/\n\n(?=\S)/)
  const body = blocks.map((block) => (block.startsWith("# ") ? block.slice(2) : ["```text", block.trimEnd(), "```"].join("\n")))
  return `${head}${body.join("\n\n")}\n`
}
