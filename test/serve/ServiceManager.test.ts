/** What systemd hears of the built service, by its own sender, at a socket that stands for it. */
import { assert, describe, it } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Duration from "effect/Duration"
import * as ServiceManager from "../../src/serve/ServiceManager.ts"
import { program } from "../kit/Installed.ts"

const missing = ["systemd-notify", "python3"].filter((name) => spawnSync(name, ["--version"]).status !== 0)
if (missing.length > 0) process.stdout.write(`what systemd hears of serve is not tried: ${missing.join(" and ")} not installed\n`)

/** Prints what comes, a line each. What else comes with it (descriptors, of which the sender waits for the closing) is dropped. */
const receiver = `
import socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(server.recv(4096).decode(), flush=True)
`

const lines = (child: ReturnType<typeof spawn>) => {
  const [seen, waiting]: [Array<string>, Array<{ readonly line: string; readonly resolve: () => void }>] = [[], []]
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    seen.push(...text.split("\n").filter((line) => line !== ""))
    for (const { line, resolve } of waiting) if (seen.includes(line)) resolve()
  })
  const until = (line: string) => new Promise<void>((resolve) => void (seen.includes(line) ? resolve() : waiting.push({ line, resolve })))
  return { seen, until }
}

describe("how often a service shows that it lives", () => {
  it.each([
    ["no watchdog", {}, null],
    ["half of the watchdog's time", { WATCHDOG_USEC: "300000000" }, 150_000],
    ["the same, named", { WATCHDOG_USEC: "300000000", WATCHDOG_PID: "7" }, 150_000],
    ["a watchdog of another process", { WATCHDOG_USEC: "300000000", WATCHDOG_PID: "8" }, null],
    ["no number", { WATCHDOG_USEC: "often" }, null],
    ["zero", { WATCHDOG_USEC: "0" }, null]
  ])("%s", (_, env, millis) => {
    const every = ServiceManager.beat(env, 7)
    assert.strictEqual(every === null ? null : Duration.toMillis(every), millis)
  })
})

describe.skipIf(missing.length > 0)("serve under systemd", () => {
  it("says that it is ready, that it lives, and that it stops", async () => {
    const folder = mkdtempSync(join(tmpdir(), "groupbridge-notify-"))
    const socket = join(folder, "notify")
    writeFileSync(join(folder, "customers.csv"), "id,email,name\n")
    writeFileSync(
      join(folder, "groupbridge.yaml"),
      `connections:
  people: { connector: csv, customers: customers.csv, groups: customers.csv, memberships: customers.csv }
  cstar: { connector: cstar, teamId: team_1, apiKey: sk_test_1 }
syncs:
  customers: { from: people, to: cstar, rules: [{ kind: tag }], schedule: "@yearly" }
serve: { missed: skip }
`
    )
    const systemd = spawn("python3", ["-c", receiver, socket], { stdio: ["ignore", "pipe", "inherit"] })
    try {
      const heard = lines(systemd)
      await heard.until("bound")
      const env = { PATH: process.env["PATH"], NOTIFY_SOCKET: socket, WATCHDOG_USEC: "400000" }
      const service = spawn(process.execPath, [program, "serve"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] })
      let printed = ""
      service.stderr.setEncoding("utf8").on("data", (text: string) => void (printed += text))
      const ended = new Promise((resolve) => service.once("close", resolve))
      await heard.until("WATCHDOG=1")
      service.kill("SIGTERM")
      assert.strictEqual(await ended, 143, printed)
      await heard.until("STOPPING=1")
      assert.strictEqual(heard.seen[1], "READY=1")
      assert.notInclude(printed, "does not hear")
    } finally {
      systemd.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }, 120_000)
})
