/**
 * `npm run image [-- --tag NAME] [--buildah ARGUMENT ...]`: builds the container image with buildah, from no base image and no registry of images.
 * The program must be built. Prints the image's id.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as OtherNode from "./OtherNode.ts"

/** The newest with long support. */
const nodeVersion = "24.22.3"

const root = fileURLToPath(new URL("..", import.meta.url))

const { values } = parseArgs({ options: { tag: { type: "string" }, buildah: { type: "string", multiple: true, default: [] } } })

/** Absolute paths of the shared libraries that a program links to, its loader among them. */
const librariesOf = (program: string): ReadonlyArray<string> => [...new Set(execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+\.so\S*/g) ?? [])]

/** Debian's packages of those libraries, for their licences. */
const debian = ["libc6", "libgcc-s1", "libstdc++6"]

/** What programs import is of no use in an image, which runs the command alone. */
const isRun = (path: string): boolean => !/dist\/(library|types)$/.test(path)

const layRoot = (folder: string, node: OtherNode.OtherNode): void => {
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    copyFileSync(from, join(folder, to))
  }
  put(node.program, "usr/local/bin/node")
  put(join(dirname(node.headers), "..", "LICENSE"), "usr/share/doc/node/LICENSE")
  for (const library of librariesOf(node.program)) put(library, library)
  for (const name of debian) put(`/usr/share/doc/${name}/copyright`, `usr/share/doc/${name}/copyright`)
  // What package.json says is in the package, and what it needs at run time.
  const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly files: ReadonlyArray<string> }
  for (const file of ["package.json", ...files]) cpSync(join(root, file), join(folder, "app", file), { recursive: true, filter: isRun })
  const modules = join(folder, "app", "node_modules")
  for (const name of ["bindings", "file-uri-to-path"]) cpSync(join(root, "node_modules", name), join(modules, name), { recursive: true })
  OtherNode.layDriver(node, join(modules, "better-sqlite3"))
  for (const name of ["state", "config", "tmp", "proc", "dev", "etc"]) mkdirSync(join(folder, name))
  // Whoever the program runs as is in group 0: platforms that choose the user keep that group.
  chmodSync(join(folder, "state"), 0o770)
  chmodSync(join(folder, "tmp"), 0o1777)
}

const node = OtherNode.fetch(nodeVersion)
if ("missing" in node) throw new Error(node.missing)
const context = mkdtempSync(join(tmpdir(), "groupbridge-image-"))
try {
  mkdirSync(join(context, "root"))
  layRoot(join(context, "root"), node)
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }
  const tag = values.tag ?? `groupbridge:${version}`
  // Of Docker's format, as OCI's knows no health check.
  const build = [
    ...values.buildah,
    "build",
    "--quiet",
    "--format",
    "docker",
    "--isolation",
    "chroot",
    "--file",
    join(root, "deploy", "Containerfile"),
    "--tag",
    tag
  ]
  process.stdout.write(execFileSync("buildah", [...build, context], { encoding: "utf8" }))
} finally {
  rmSync(context, { recursive: true, force: true })
}
