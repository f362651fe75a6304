/** The page of a plan as people use it, in a headless Chromium. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import type { Change } from "../../src/model/Change.ts"
import type { PlanInput } from "../../src/report/PlanInput.ts"
import * as PlanPage from "../../src/report/page/PlanPage.ts"
import * as Chromium from "../kit/Chromium.ts"
import * as S from "../report/Samples.ts"

if (Chromium.executable === null) process.stderr.write(Chromium.skipped)

const folder = mkdtempSync(join(tmpdir(), "groupbridge-page-"))
const script = readFileSync(new URL("../../dist/page.js", import.meta.url), "utf8")
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const [zendesk] = S.plan.from
const linked = {
  ...S.plan,
  from: zendesk === undefined ? [] : [{ ...zendesk, recordUrls: { user: "https://acme.zendesk.com/agent/users/{id}" } }]
}

const many = (count: number): ReadonlyArray<Change> =>
  Array.from({ length: count }, (_, index): Change => {
    const gone = index % 10 === 9
    return {
      op: gone ? "assignment.remove" : "assignment.add",
      sync: "customers",
      group: { id: `grp_${index % 300}`, name: `Group ${index % 300}`, key: `organization:${index % 300}` },
      customer: { id: `cus_${index}`, email: `person${index}@example.com`, name: `Person ${index}` },
      cause: gone ? "left" : "joined",
      source: { connection: "zendesk", record: "user", id: String(900_000 + index), group: "" },
      rule: { index: 1 + (index % 2), line: 16 }
    }
  })

describe.skipIf(Chromium.executable === null)("the page of a plan", { timeout: 240_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await Chromium.launch()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Opens the page of these plans from a file. Fails the test on any request, script error or refused policy. */
  const open = async (inputs: ReadonlyArray<PlanInput>, options: BrowserContextOptions = {}): Promise<{ readonly page: Page; readonly file: string }> => {
    const file = join(folder, `${Math.random()}.html`)
    writeFileSync(file, await S.collect((sink) => PlanPage.write(inputs, S.view, { script, redact: (text) => text }, sink)))
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    // Chromium gets little of a busy machine.
    context.setDefaultTimeout(200_000)
    const page = await context.newPage()
    const troubles: Array<string> = []
    page.on("request", (request) => void (request.url().startsWith("file:") || troubles.push(request.url())))
    page.on("pageerror", (error) => void troubles.push(error.message))
    page.on("console", (message) => void (message.type() === "error" && troubles.push(message.text())))
    page.on("close", () => assert.deepStrictEqual(troubles, []))
    page.on("dialog", (dialog) => void troubles.push(dialog.message()))
    await page.goto(pathToFileURL(file).href)
    if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]")
    assert.deepStrictEqual(troubles, [])
    return { page, file }
  }

  const shown = (page: Page): Promise<ReadonlyArray<string>> =>
    page.locator(".grid tbody tr:not(.gap)").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent).join("|")))
  const style = (page: Page, selector: string, property: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`)
  const status = (page: Page) => page.locator(".status").innerText()

  it("is read without its script: the verdict, what is held, and the first rows, removals first", async () => {
    const { page } = await open([{ plan: linked, changes: many(3000) }], { javaScriptEnabled: false })
    const text = await page.content()
    for (const part of ["12 leave, 31 join, 2 new groups", "Tue 3 Mar 2026 15:02 CET", "311 of 318 would leave", "The first 1,000 of 3,000 changes"])
      assert.include(text, part)
    assert.strictEqual(text.split('<tr><td data-label="what">').length - 1, 1000)
    assert.isBelow(text.indexOf("person9@"), text.indexOf("person0@"))
    await page.close()
  })

  it("filters by each field, searches, and says how many are left", async () => {
    const { page } = await open([{ plan: linked, changes: S.changes }])
    assert.strictEqual(await status(page), "358 changes")
    await page.selectOption("[data-filter=operation]", { label: "LEAVE (323)" })
    assert.strictEqual(await status(page), "323 of 358 changes")
    await page.selectOption("[data-filter=held]", { label: "not held (46)" })
    assert.strictEqual(await status(page), "12 of 358 changes")
    await page.selectOption("[data-filter=cause]", { label: "tag removed (312)" })
    assert.deepStrictEqual(await shown(page), ["LEAVE|jan@globex.com Jan|Plan Silver|tag removed|zendesk user 3877|rule 2 (line 19)|Details"])
    await page.click("text=Show all")
    await page.fill("[data-filter=text]", "INITECH")
    assert.match(await status(page), /^5 of 358/)
    await page.fill("[data-filter=text]", "")
    await page.fill("[data-filter=group]", "Plan Gold")
    assert.match(await status(page), /^311 of 358/)
    await page.fill("[data-filter=text]", "no such text")
    assert.deepStrictEqual([await status(page), await shown(page)], ["0 of 358 changes", []])
    await page.close()
  })

  it("sorts by a column, and round by a second press", async () => {
    const { page } = await open([{ plan: linked, changes: many(500) }])
    assert.match((await shown(page))[0] ?? "", /^LEAVE/)
    await page.click("th button:text('who')")
    assert.match((await shown(page))[0] ?? "", /person0@/)
    assert.strictEqual(await page.locator("th[data-sort=who]").getAttribute("aria-sort"), "ascending")
    await page.click("th button:text('who')")
    assert.match((await shown(page))[0] ?? "", /person9@/)
    await page.close()
  })

  it("shows all of a row, links its record, and offers the command that explains it", async () => {
    const { page } = await open([{ plan: linked, changes: S.changes }])
    assert.strictEqual(await page.locator("tbody a").first().getAttribute("href"), "https://acme.zendesk.com/agent/users/3877")
    await page.locator(".grid tbody button").first().press("Enter")
    const dialog = page.locator("dialog")
    assert.include(await dialog.innerText(), 'rule 2 (line 19): tag "plan_*" -> "Plan {name}"')
    assert.strictEqual(await dialog.locator("code").innerText(), 'groupbridge explain jan@globex.com "Plan Silver"')
    await dialog.locator(".copy").click()
    await page.waitForSelector("dialog .copy:text-matches('Copied|Selected')")
    await page.keyboard.press("Escape")
    assert.strictEqual(await dialog.count(), 0)
    await page.close()
  })

  it("holds few rows of many, and reaches the last by keyboard", async () => {
    const { file, page } = await open([{ plan: linked, changes: many(100_000) }])
    assert.isBelow(statSync(file).size, 3_000_000)
    assert.isBelow((await shown(page)).length, 100)
    await page.locator(".grid").focus()
    const last = page.locator("tr[aria-rowindex='100001']")
    // A browser that gets little of a busy machine may end its scrolling on the way; its reader presses again.
    for (let presses = 0; presses < 20 && !(await last.isVisible()); presses++) {
      await page.keyboard.press("End")
      await last.waitFor({ timeout: 10_000 }).catch(() => undefined)
    }
    assert.isTrue(await last.isVisible(), "the last row is there")
    const millis = await page.evaluate<number>(`(() => {
      const field = document.querySelector("[data-filter=text]")
      field.value = "person4711"
      const begun = performance.now()
      field.dispatchEvent(new Event("input", { bubbles: true }))
      return performance.now() - begun
    })()`)
    assert.match(await status(page), /^11 of 100,000/)
    assert.isBelow(millis, 1500, "far beyond what a busy machine makes of 100 ms")
    await page.close()
  }, 240_000)

  it("lets no name act, in any cell, card or dialog", async () => {
    const { page } = await open([{ plan: S.hostilePlan, changes: S.hostileChanges }])
    const rows = await shown(page)
    assert.strictEqual(rows.length, S.hostile.length)
    assert.isTrue(rows.some((row) => row.includes("<script>alert(1)</script>|")))
    assert.strictEqual(await page.locator("img, iframe, object, main script:not(.data)").count(), 0)
    for (let index = 0; index < rows.length; index += 1) {
      await page.locator(".grid tbody button").nth(index).click()
      await page.keyboard.press("Escape")
    }
    await page.fill("[data-filter=text]", "<img src=x")
    assert.match(await status(page), /^1 of/)
    await page.close()
  })

  it("is printed with all rows up to 2,000, removals first, and the head on each page", async () => {
    const { page } = await open([{ plan: linked, changes: many(400) }])
    const pdf = await page.pdf({ format: "A4" })
    assert.isAbove(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0, 5)
    await page.emulateMedia({ media: "print" })
    await page.evaluate(`void dispatchEvent(new Event("beforeprint"))`)
    const rows = await shown(page)
    assert.strictEqual(rows.length, 400)
    assert.match(rows[39] ?? "", /^LEAVE/)
    assert.match(rows[40] ?? "", /^JOIN/)
    assert.strictEqual(await style(page, ".changes thead", "display"), "table-header-group")
    assert.match(await page.locator(".paper").innerText(), /customers: Zendesk acme -> cStar team_1, Tue 3 Mar 2026/)
    await page.close()
  })

  const looks: ReadonlyArray<readonly [string, BrowserContextOptions]> = [
    ["on a desk", {}],
    ["in the dark", { colorScheme: "dark" }],
    ["on a phone", { viewport: { width: 390, height: 844 } }]
  ]
  it.each(looks)(
    "is open to everybody %s: axe finds nothing, and nothing is wider than the screen",
    async (_, options) => {
      const { page } = await open([{ plan: linked, changes: S.changes }], options)
      assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
      await page.evaluate(axe)
      const found = await page.evaluate<ReadonlyArray<string>>("axe.run().then(({ violations }) => violations.map(({ id }) => id))")
      assert.deepStrictEqual(found, [])
      await page.close()
    },
    240_000
  )

  it("takes the dark from the system, and a phone gets cards whose words are whole", async () => {
    const dark = await open([{ plan: linked, changes: S.changes }], { colorScheme: "dark", viewport: { width: 390, height: 844 } })
    assert.strictEqual(await style(dark.page, "body", "backgroundColor"), "rgb(20, 24, 27)")
    const row = dark.page.locator("tbody tr:not(.gap)").first()
    assert.strictEqual(await style(dark.page, "tbody tr:not(.gap)", "display"), "block")
    const lines = await row.locator("td").evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().height))
    assert.isBelow(Math.max(...lines), 40)
    await dark.page.close()
  })
})
