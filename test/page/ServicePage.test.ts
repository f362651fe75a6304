/** The page of a service as people use it, in a headless Chromium. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import * as Chromium from "../kit/Chromium.ts"
import * as ServicePage from "../kit/ServicePage.ts"

if (Chromium.executable === null) process.stderr.write(Chromium.skipped)

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

describe.skipIf(Chromium.executable === null)("the page of a service", { timeout: 240_000 }, () => {
  let browser: Browser
  let scope: Scope.CloseableScope
  let service: { readonly url: string; readonly link: string }
  let world: ServicePage.Service
  const troubles: Array<string> = []

  beforeAll(async () => {
    browser = await Chromium.launch()
    scope = await Effect.runPromise(Scope.make())
    world = await Effect.runPromise(Scope.extend(ServicePage.held(), scope))
    service = await Effect.runPromise(Scope.extend(world.start(["--open"]), scope))
  }, 240_000)
  afterAll(async () => {
    await browser.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  const open = async (url: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    context.setDefaultTimeout(100_000)
    const page = await context.newPage()
    page.on("pageerror", (error) => troubles.push(String(error)))
    page.on("console", (message) => void (message.type() === "error" && troubles.push(message.text())))
    await page.goto(url)
    return page
  }

  const findings = async (page: Page): Promise<ReadonlyArray<string>> => {
    await page.evaluate(axe)
    const { violations } = await page.evaluate<{ readonly violations: ReadonlyArray<{ readonly id: string; readonly help: string }> }>("axe.run()")
    return violations.map(({ help, id }) => `${id}: ${help}`)
  }

  it("is read by all, light and dark, wide and on a telephone", async () => {
    for (const options of [{}, { colorScheme: "dark" as const }, { viewport: { width: 375, height: 700 } }]) {
      const page = await open(service.url, options)
      assert.deepStrictEqual(await findings(page), [])
      assert.isTrue(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing stands beside the screen")
      assert.strictEqual(await page.title(), "Groupbridge")
      assert.include(await page.locator(".card").innerText(), ServicePage.hostile)
      await page.context().close()
    }
  })

  it("approves with a name and a reason, by the keyboard, and shows what came of it to all who look", async () => {
    const watcher = await open(service.url)
    await watcher.waitForSelector("html[data-ready]")
    const page = await open(service.link)
    assert.deepStrictEqual(await findings(page), [])
    await page.getByLabel("Your name").focus()
    await page.keyboard.type("Petra")
    await page.keyboard.press("Tab")
    await page.keyboard.type("left the plan")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.getByText("10 left").first().waitFor()
    await watcher.locator(".card").waitFor({ state: "detached" })
    assert.strictEqual(Object.values(world.cstar.held()).flat().length, 2)
    assert.deepStrictEqual(await findings(page), [])
    await page.getByRole("link", { name: "r-3" }).first().click()
    assert.match(await page.locator("h1").innerText(), /^r-3 customers: done$/)
    assert.strictEqual(await page.locator("tbody tr").count(), 10)
    assert.deepStrictEqual(await findings(page), [])
    assert.deepStrictEqual(troubles, [])
  })
})
