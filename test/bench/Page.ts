/** The page of a plan in headless Chromium: size, when it is first seen, when all rows are there to work with, and how long a filter takes. */
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser } from "playwright-core"
import type { Change } from "../../src/model/Change.ts"
import * as PlanPage from "../../src/report/page/PlanPage.ts"
import * as Chromium from "../kit/Chromium.ts"
import * as S from "../report/Samples.ts"
import { type Figure, median, type Size, thousands } from "./Figure.ts"

const sizes: Readonly<Record<Size, ReadonlyArray<number>>> = { smoke: [1000], small: [1000, 100_000], full: [1000, 100_000, 1_000_000] }

/** Opened so often, each time in a new browser context; the middle counts. */
const times = 5

/** The same numbers each time, without any order that packing could use. */
const scrambled = (index: number): number => Math.imul(index ^ 0x9e3779b9, 0x85ebca6b) >>> 0

const names = ["anna", "jan", "petra", "tomas", "lucie", "martin", "eva", "pavel", "ivana", "david", "hana", "karel", "maria", "john", "susan", "wei"]

/** As a plan of a large first sync with a tenth of removals: half in organizations of some twenty, half in forty tags. */
function* changes(count: number): Generator<Change> {
  for (let index = 0; index < count; index += 1) {
    const number = scrambled(index)
    const tag = index % 2 === 0
    const key = tag ? `tag:plan_${number % 40}` : `organization:${5000 + (number % Math.max(1, Math.ceil(count / 20)))}`
    const gone = number % 10 === 9
    const name = names[number % names.length] ?? ""
    yield {
      op: gone ? "assignment.remove" : "assignment.add",
      sync: "customers",
      group: { id: `grp_${key}`, name: tag ? `Plan ${number % 40}` : `Company ${key.slice(13)}`, key },
      customer: { id: `cus_${number.toString(36)}`, email: `${name}.${(number % 99_991).toString(36)}@company${number % 6007}.example`, name: null },
      cause: gone ? (tag ? "untagged" : "left") : tag ? "tagged" : "joined",
      source: { connection: "zendesk", record: "user", id: String(360_000_000_000 + number * 7), group: key },
      rule: { index: tag ? 2 : 1, line: tag ? 19 : 16 }
    }
  }
}

const written = async (file: string, count: number): Promise<void> => {
  const script = readFileSync(new URL("../../dist/page.js", import.meta.url), "utf8")
  const out = createWriteStream(file)
  const rows: AsyncIterable<Change> = {
    async *[Symbol.asyncIterator]() {
      yield* changes(count)
    }
  }
  await PlanPage.write([{ plan: { ...S.plan, held: [] }, changes: rows }], S.view, { script, redact: (text) => text }, async (chunk) => {
    if (!out.write(chunk)) await once(out, "drain")
  })
  out.end()
  await once(out, "close")
}

interface Measured {
  readonly paint: number
  readonly ready: number
  readonly filter: number
}

/** In the page: its own clock, which starts when the browser begins to open the file. */
const measure = `(async () => {
  const paint = performance.getEntriesByType("paint").find(({ name }) => name === "first-contentful-paint")?.startTime ?? NaN
  const ready = performance.getEntriesByName("groupbridge-ready")[0].startTime
  const field = document.querySelector("[data-filter=text]")
  const ask = async (text) => {
    field.value = text
    const begun = performance.now()
    field.dispatchEvent(new Event("input", { bubbles: true }))
    const millis = performance.now() - begun
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    return millis
  }
  const first = await ask("a")
  return { paint, ready, first, filter: Math.max(await ask("petra"), await ask("petra.4"), await ask("plan 7")) }
})()`

const opened = async (browser: Browser, file: string): Promise<Measured> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.goto(pathToFileURL(file).href, { timeout: 300_000 })
  await page.waitForSelector("html[data-ready]", { timeout: 300_000 })
  const measured = await page.evaluate<Measured>(measure)
  await context.close()
  return measured
}

/** Held against what 100,000 rows may take; a goal for those alone. */
const figure = (name: string, value: number, unit: string, most: number, isGoal: boolean): Figure => ({
  name,
  value: `${thousands(value)} ${unit}`,
  bound: `for 100,000 rows: ${thousands(most)} ${unit}`,
  ratio: value / most,
  goal: isGoal ? { sense: "<=", ratio: 1 } : null
})

/** Only what needs no browser where this machine has no Chromium. */
export async function* run(size: Size): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-page-"))
  const browser = Chromium.executable === null ? null : await Chromium.launch()
  try {
    for (const count of sizes[size]) {
      const file = join(folder, `${count}.html`)
      const begun = performance.now()
      await written(file, count)
      const took = performance.now() - begun
      const goals = count === 100_000
      const title = `page of a plan, ${thousands(count)} rows:`
      yield figure(`${title} written`, took, "ms", 5000, false)
      yield figure(`${title} size`, statSync(file).size / 1000, "kB", 3000, goals)
      if (browser === null) continue
      const all: Array<Measured> = []
      for (let time = 0; time < times; time += 1) all.push(await opened(browser, file))
      const of = (key: keyof Measured) => median(all.map((one) => one[key]))
      yield figure(`${title} first paint`, of("paint"), "ms", 1000, false)
      yield figure(`${title} interactive`, of("ready"), "ms", 1000, goals)
      yield figure(`${title} a filter`, of("filter"), "ms", 100, goals)
    }
  } finally {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
