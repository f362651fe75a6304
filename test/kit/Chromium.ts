/** A headless Chromium of this machine, for tests of pages. Where there is none they are skipped, and say so. */
import { existsSync } from "node:fs"
import { type Browser, chromium } from "playwright-core"

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

/** Where it is; null where there is none. The variable CHROMIUM names another place. */
export const executable: string | null = [process.env["CHROMIUM"] ?? "", ...usual].find((path) => path !== "" && existsSync(path)) ?? null

export const skipped = "tests of pages are skipped: no Chromium here. apt-get install chromium, or name one by CHROMIUM=/path\n"

/** Whoever runs tests may be root, whom Chromium gives no sandbox; pages are our own. */
export const launch = (): Promise<Browser> => {
  if (executable === null) throw new Error(skipped)
  return chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] })
}
