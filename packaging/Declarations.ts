/** The types of the library: what the compiler declares of its entry points and of all that those mention, and the report of that which is committed. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path/posix"

/** A file of declarations by its path in the checkout, without its ending. */
type Declarations = ReadonlyMap<string, string>

const specifier = /(?<=\bfrom |\bimport\(|^import )"(?<path>\.[^"]*)\.ts"/gm

const mentioned = (file: string, text: string): ReadonlyArray<string> =>
  [...text.matchAll(specifier)].map(({ groups }) => join(dirname(file), groups?.["path"] ?? ""))

/** Those that can be reached from the entry points, sorted. The rest stays ours. */
export const reachable = (entries: ReadonlyArray<string>, read: (file: string) => string): Declarations => {
  const found = new Map<string, string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    const text = read(file)
    found.set(file, text)
    for (const other of mentioned(file, text)) visit(other)
  }
  for (const entry of entries) visit(entry)
  return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** As they are given away: older compilers know no other ending in an import. */
const published = (text: string): string => text.replace(specifier, '"$1.js"')

const comment = /^[ \t]*\/\*\*[^]*?\*\/\n/gm

const head = `# The library's types

What a program can import from \`groupbridge\`, \`groupbridge/contract\` and \`groupbridge/testing\`, with all that those mention: a change of this file is
a change for the programs that use them. Written by \`npm run generate\`. Unstable: until described connectors have landed any version may change it.
`

/** Without comments, so that it changes where a type does. */
export const report = (declarations: Declarations): string =>
  [head, ...[...declarations].map(([file, text]) => `## ${file}\n\n\`\`\`ts\n${text.replace(comment, "").trim()}\n\`\`\`\n`)].join("\n")

/** Declares the entry points of `packaging/tsconfig.json`. */
export const declare = (root: string, entries: ReadonlyArray<string>): Declarations => {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-types-"))
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "packaging"), "--outDir", folder], { stdio: "inherit" })
    return reachable(entries, (file) => readFileSync(join(folder, `${file}.d.ts`), "utf8"))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const write = (declarations: Declarations, folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
  for (const [file, text] of declarations) {
    const path = join(folder, `${file}.d.ts`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, published(text))
  }
}
