/** The built program, and the library that programs import. */
import { build, type BuildOptions } from "esbuild"
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Notices from "./Notices.ts"

export const root = fileURLToPath(new URL("..", import.meta.url))

const node = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "warning",
  metafile: true,
  // Bundled CommonJS asks for built-in modules by `require`, which a module does not have.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" }
} as const satisfies BuildOptions

/** The library's entry points, from the checkout's root and without their ending. */
export const entries = ["library/groupbridge", "library/contract", "library/testing"]

const out = join(root, "dist")

/** What the compiler writes there by itself; it takes longer than all the rest. */
export const typesFolder = join(out, "types")

/** The driver is compiled on the machine that it runs on. */
const driver = "better-sqlite3"

/** What a program that imports the library has, too: of these there must be one copy for both. */
const shared = ["effect", "@effect/platform", "vitest"]

/** Bundles the program and the library into dist/, and writes THIRD-PARTY-NOTICES from what they hold; answers that. */
export const bundle = async (): Promise<ReadonlyArray<Notices.BundledPackage>> => {
  for (const name of existsSync(out) ? readdirSync(out) : []) if (join(out, name) !== typesFolder) rmSync(join(out, name), { recursive: true })
  // The scripts of pages: the program writes them into those pages. Its targets are what can unpack gzip by themselves.
  await build({
    absWorkingDir: root,
    entryPoints: ["src/report/page/browser/page.ts", "src/report/page/browser/service.ts"],
    outdir: "dist",
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome107", "firefox113", "safari16.4"],
    logLevel: "warning"
  })
  const program = await build({ ...node, entryPoints: ["src/main.ts"], outdir: "dist", external: [driver], minifyWhitespace: true, minifySyntax: true })
  const library = await build({
    ...node,
    entryPoints: entries.map((entry) => `${entry}.ts`),
    outdir: "dist/library",
    external: [driver, ...shared],
    minify: true,
    keepNames: true
  })
  const packages = Notices.bundled(root, { outputs: { ...program.metafile.outputs, ...library.metafile.outputs } })
  writeFileSync(join(root, "THIRD-PARTY-NOTICES"), Notices.text(packages))
  return packages
}
