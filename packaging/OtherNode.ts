/** Other versions of Node, from the npm registry, and copies of this checkout in which they find a driver that is built for them. */
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { arch, platform } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const cache = join(root, "node_modules", ".cache", "nodes")
const driver = join(root, "node_modules", "better-sqlite3")

export interface OtherNode {
  readonly version: string
  readonly program: string
  readonly headers: string
}

/** The version from the cache, or from the npm registry; else the reason why it cannot be had. */
export const fetch = (version: string): OtherNode | { readonly missing: string } => {
  const name = `node-${platform()}-${arch()}`
  const folder = join(cache, version)
  const installed = join(folder, "node_modules", name)
  if (!existsSync(join(installed, "bin", "node"))) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const install = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts", `${name}@${version}`]
    const { error, status, stderr } = spawnSync("npm", install, { encoding: "utf8", timeout: 180_000 })
    if (status !== 0)
      return { missing: `npm install ${name}@${version}: ${error?.message ?? stderr.split("\n").find((line) => line.includes("npm error")) ?? status}` }
  }
  return { version, program: join(installed, "bin", "node"), headers: join(installed, "include", "node") }
}

/** Compiles the driver for a Node, with SQLite as `npm ci` has compiled it: SQLite does not depend on the Node, and takes most of the time. */
const compile = (node: OtherNode, file: string): void => {
  mkdirSync(dirname(file), { recursive: true })
  const built = join(driver, "build", "Release")
  const defines = ["NODE_GYP_MODULE_NAME=better_sqlite3", "BUILDING_NODE_EXTENSION", "USING_UV_SHARED=1", "USING_V8_SHARED=1", "NDEBUG"]
  const flags = ["-shared", "-fPIC", "-O2", "-std=gnu++20", "-fno-rtti", "-fno-exceptions", "-pthread", "-w", "-Wl,-Bsymbolic", "-Wl,--exclude-libs,ALL"]
  const folders = [node.headers, join(built, "obj", "gen", "sqlite3")]
  const sources = [join(driver, "src", "better_sqlite3.cpp"), join(built, "obj.target", "deps", "sqlite3.a")]
  execFileSync("g++", [...flags, ...defines.map((define) => `-D${define}`), ...folders.map((folder) => `-I${folder}`), ...sources, "-o", file], {
    stdio: "inherit"
  })
}

/** Lays the driver into `folder`, ready for that Node, and without what it was made from. */
export const layDriver = (node: OtherNode, folder: string): void => {
  for (const part of ["lib", "package.json", "LICENSE"]) cpSync(join(driver, part), join(folder, part), { recursive: true })
  const file = join(cache, node.version, `better_sqlite3-${JSON.parse(readFileSync(join(driver, "package.json"), "utf8")).version}.node`)
  if (!existsSync(file)) compile(node, file)
  cpSync(file, join(folder, "build", "Release", "better_sqlite3.node"))
}

/** Copies what git knows of this checkout to `folder`, with the packages that are installed here, and the driver for that Node. */
export const checkout = (node: OtherNode, folder: string): void => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0")
  for (const file of files.filter((file) => file !== "" && existsSync(join(root, file)))) cpSync(join(root, file), join(folder, file))
  const packages = join(folder, "node_modules")
  mkdirSync(packages)
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== "better-sqlite3" && name !== ".cache" && name !== ".vite") symlinkSync(join(root, "node_modules", name), join(packages, name))
  layDriver(node, join(packages, "better-sqlite3"))
}
