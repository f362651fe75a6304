// Writes the config at the path of the first argument with `connections` and `connectors` of the one on standard input: the base branch's.
// Works on lines: both are top-level keys, and a value belongs to its key until the next line that begins in the first column.
import { readFileSync } from "node:fs"

const guarded = new Set(["connections", "connectors"])

/** Top-level blocks in order, each as its key and its lines. A comment or a blank line belongs to the block before it. */
const blocks = (text) => {
  const found = [{ key: "", lines: [] }]
  for (const line of text.split(/\r?\n/)) {
    // Plain keys alone: written otherwise (quoted, escaped, merged in) one could pass for another.
    const key = /^([A-Za-z][\w-]*):(?:\s|$)/.exec(line)
    if (key !== null) found.push({ key: key[1], lines: [] })
    else if (/^[^\s#]/.test(line)) throw new Error(`a line at the top level of the config is no plain key: ${line}`)
    found.at(-1).lines.push(line)
  }
  return found
}

const [, , file] = process.argv
const ofPull = blocks(readFileSync(file, "utf8"))
const ofBase = blocks(readFileSync(0, "utf8"))
const fromBase = ofBase.filter(({ key }) => guarded.has(key))
if (fromBase.some(({ lines }) => lines.some((line) => /(?:^|[\s[{,:])\*\S/.test(line))))
  throw new Error("connections must not use an alias (*name): a pull request could change what it stands for")
const kept = [...fromBase, ...ofPull.filter(({ key }) => !guarded.has(key))]
process.stdout.write(`${kept.map(({ lines }) => lines.join("\n")).join("\n")}\n`)
