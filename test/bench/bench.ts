/**
 * `npm run bench [-- --full] [--only NAME,NAME] [--json FILE] [--docs]`: every figure as a ratio to a bound that is taken in the same run, for machines
 * differ and are shared. Small takes under three minutes. `--docs` writes the figures to docs/performance.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { parseArgs } from "node:util"
import { benchmarks } from "./benchmarks.ts"
import { type Figure, line, markdown, type Size, table } from "./Figure.ts"

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    only: { type: "string" },
    json: { type: "string" },
    docs: { type: "boolean", default: false }
  }
})
const size: Size = values.full ? "full" : "small"
const names = values.only?.split(",") ?? Object.keys(benchmarks)
const unknown = names.filter((name) => benchmarks[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}.\n`)
  process.exit(64)
}

const figures: Array<Figure> = []
for (const name of names) {
  process.stderr.write(`${name} ...\n`)
  for await (const figure of (await benchmarks[name]?.(size)) ?? []) {
    process.stderr.write(`  ${line(figure)}\n`)
    figures.push(figure)
  }
}
process.stdout.write(`${table(figures)}\n`)

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
const date = new Date().toISOString().slice(0, 10)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ date, machine, size, figures }, null, 2)}\n`)
if (values.docs) {
  mkdirSync("docs", { recursive: true })
  const head = readFileSync(new URL("performance.head.md", import.meta.url), "utf8").trim()
  writeFileSync(
    "docs/performance.md",
    `${head}\n\nTaken on ${date} by \`npm run bench -- --${size} --docs\` on ${machine}, a machine that is shared.\n\n${markdown(figures)}\n`
  )
}
