/** The head of CHANGELOG.md: what was unreleased becomes a version. */

const head = "## Unreleased\n"

/** Throws where nothing is unreleased. `date`: as `2026-11-30`. */
export const released = (text: string, version: string, date: string): string => {
  const [before, after = ""] = text.split(head)
  if (before === undefined || !/^- /m.test(after.split("\n## ")[0] ?? ""))
    throw new Error("CHANGELOG.md says nothing under Unreleased: there is nothing to release")
  return `${before}${head}\n## ${version} - ${date}\n${after}`
}

/** What is said of one version; empty where it is not there. */
export const of = (text: string, version: string): string =>
  text
    .split(/^## /m)
    .find((part) => part.startsWith(`${version} - `))
    ?.split("\n")
    .slice(1)
    .join("\n")
    .trim() ?? ""
