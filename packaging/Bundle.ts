/** The built program, and the library that programs import. */
import { build, type BuildOptions, type BuildResult, type Plugin } from "esbuild"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Notices from "./Notices.ts"

export const root = fileURLToPath(new URL("..", import.meta.url))

const node = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
  metafile: true
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

type Built = BuildResult<{ metafile: true }>

/** Packages that few commands need: each is a file of its own beside the program, loaded where it is used. */
const apart = ["mysql2", "nodemailer", "pg", "undici"]

const besides: Plugin = {
  name: "besides",
  setup: ({ onResolve }) => onResolve({ filter: new RegExp(`^(${apart.join("|")})$`) }, ({ path }) => ({ path: `./${path}.cjs`, external: true }))
}

const packageApart = (name: string): Promise<Built> =>
  build({
    ...node,
    stdin: { contents: `module.exports = require("${name}")`, resolveDir: root },
    outfile: `dist/${name}.cjs`,
    format: "cjs",
    minifyWhitespace: true,
    minifySyntax: true
  })

/** One script that is a function: V8 keeps what it compiled of a script, and of modules only on newer versions of Node. */
const programScript = (): Promise<Built> =>
  build({
    ...node,
    entryPoints: ["src/program.ts"],
    outfile: "dist/program.cjs",
    format: "cjs",
    external: [driver],
    plugins: [besides],
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "programUrl" },
    banner: { js: '(function(require,file){const programUrl=require("node:url").pathToFileURL(file).href;' },
    footer: { js: "})" },
    charset: "ascii",
    minifyWhitespace: true,
    minifySyntax: true
  })

const starter = (): Promise<Built> => {
  const digest = createHash("sha256")
    .update(readFileSync(join(out, "program.cjs")))
    .digest("hex")
    .slice(0, 16)
  return build({ ...node, entryPoints: ["src/main.ts"], outdir: "dist", format: "esm", define: { programDigest: JSON.stringify(digest) } })
}

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
  const program = [await programScript(), ...(await Promise.all(apart.map(packageApart))), await starter()]
  const library = await build({
    ...node,
    splitting: true,
    format: "esm",
    // Bundled CommonJS asks for built-in modules by `require`, which a module does not have.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    entryPoints: entries.map((entry) => `${entry}.ts`),
    outdir: "dist/library",
    external: [driver, ...shared],
    minify: true,
    keepNames: true
  })
  const packages = Notices.bundled(root, { outputs: Object.assign({}, ...[...program, library].map(({ metafile }) => metafile.outputs)) })
  writeFileSync(join(root, "THIRD-PARTY-NOTICES"), Notices.text(packages))
  return packages
}
