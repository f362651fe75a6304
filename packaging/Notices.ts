/** THIRD-PARTY-NOTICES: whose code the bundle holds, and under which licence. Pure but for the reading of the packages' own files. */
import type { Metafile } from "esbuild"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX. */
  readonly license: string
  /** Whole texts of the licence and of what else is to be kept with it. */
  readonly texts: ReadonlyArray<string>
}

const modules = "node_modules/"
const about = /^(licen[cs]e|copying|notice)/i

/** The folder of the package that a bundled file belongs to; null for the project's own. */
const folderOf = (input: string): string | null => {
  const start = input.lastIndexOf(modules)
  if (start < 0) return null
  const [first = "", second = ""] = input.slice(start + modules.length).split("/")
  return `${input.slice(0, start)}${modules}${first.startsWith("@") ? `${first}/${second}` : first}`
}

/** The files about licences; of a package that has none, what its README says under a heading about it. */
const textsOf = (folder: string): ReadonlyArray<string> => {
  const files = readdirSync(folder).toSorted()
  const content = (file: string) => readFileSync(join(folder, file), "utf8").trim()
  const own = files.filter((file) => about.test(file)).map(content)
  if (own.length > 0) return own
  const sections = files.filter((file) => /^readme/i.test(file)).map((file) => /^#+ licen[cs]e\s+(?<text>\S.*)/ims.exec(content(file))?.groups?.["text"] ?? "")
  // A section that only names the licence is not its text.
  return sections.filter((section) => section.includes("Copyright"))
}

const read = (root: string, folder: string): BundledPackage => {
  const { license, name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Omit<BundledPackage, "texts">
  const texts = textsOf(join(root, folder))
  if (texts.length === 0 || typeof license !== "string")
    throw new Error(`${name} is bundled and comes without a licence: the program cannot be given away with it`)
  return { name, version, license, texts }
}

/** The packages of which the bundle holds anything, by name. Throws where one has no licence. */
export const bundled = (root: string, { outputs }: Pick<Metafile, "outputs">): ReadonlyArray<BundledPackage> => {
  const folders = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput === 0 ? [] : (folderOf(input) ?? [])))
  )
  return [...new Set(folders)].map((folder) => read(root, folder)).toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

const rule = "-".repeat(80)

export const text = (packages: ReadonlyArray<BundledPackage>): string =>
  [
    "The files in dist/ hold code of these packages, each under its own licence:",
    packages.map(({ license, name, version }) => `  ${name} ${version} (${license})`).join("\n"),
    ...packages.map(({ name, texts, version }) => [rule, `${name} ${version}`, ...texts].join("\n\n"))
  ].join("\n\n") + "\n"
