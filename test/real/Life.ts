/** A whole life of a sync from CSV files into a shop, through the built command; after each step the shop must hold what the files say. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import type { Shop } from "./Shop.ts"

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url))

export const size = 240
export const emailOf = (number: number): string => `c${number}@example.com`

/** What the files say: names of groups by id, and who is in them. */
class Files {
  readonly names = new Map<string, string>()
  readonly members = new Map<string, Set<number>>()
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  group(id: string, name: string, numbers: ReadonlyArray<number>): void {
    this.names.set(id, name)
    this.members.set(id, new Set(numbers))
  }

  save(): void {
    const table = (name: string, rows: ReadonlyArray<string>) => writeFileSync(join(this.folder, name), `${rows.join("\n")}\n`)
    const all = Array.from({ length: size }, (_, number) => number)
    table("customers.csv", ["id,email,name", ...all.map((number) => `${number},${emailOf(number)},C ${number}`)])
    table("groups.csv", ["id,name", ...[...this.names].map(([id, name]) => `${id},${name}`)])
    table("memberships.csv", ["customer,group", ...[...this.members].flatMap(([id, numbers]) => [...numbers].map((number) => `${number},${id}`))])
  }

  /** As the shop must show it; what a group keeps though it is no longer in the files stands in `more`. */
  expected(more: Readonly<Record<string, ReadonlyArray<string>>> = {}): Readonly<Record<string, ReadonlyArray<string>>> {
    const groups = [...this.names].map(([id, name]) => [name, [...[...(this.members.get(id) ?? [])].map(emailOf), ...(more[name] ?? [])].toSorted()] as const)
    return Object.fromEntries(groups.toSorted(([left], [right]) => (left < right ? -1 : 1)))
  }
}

const config = ({ connector, options }: Shop): string =>
  `connections:\n  crm: { connector: csv, customers: customers.csv, groups: groups.csv, memberships: memberships.csv }\n  shop:\n    connector: ${connector}\n${Object.entries(
    options
  )
    .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
    .join(
      ""
    )}syncs:\n  customers: { from: crm, to: shop, match: [email], drift: restore, grace: { reads: 1 }, guards: { removalPercent: 100, additions: 10000 }, rules: [{ kind: organization }] }\n`

const first = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

/** Problems, each a sentence; none where all went well. `say` gets each step with its seconds. */
export const live = async (shop: Shop, say: (line: string) => void): Promise<ReadonlyArray<string>> => {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-life-"))
  const problems: Array<string> = []
  const command = (...args: ReadonlyArray<string>) =>
    new Promise<{ readonly code: number; readonly stdout: string; readonly all: string }>((resolve) => {
      const child = spawn(process.execPath, [program, ...args, "--yes", "--json"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
      let [stdout, stderr] = ["", ""]
      child.stdout.on("data", (data) => (stdout += String(data)))
      child.stderr.on("data", (data) => (stderr += String(data)))
      child.once("close", (code) => resolve({ code: code ?? 1, stdout, all: stdout + stderr }))
    })
  const step = async (what: string, work: () => Promise<unknown>) => {
    const before = performance.now()
    const wrong = problems.length
    await work()
    say(`${what}: ${problems.length === wrong ? "as it should be" : "WRONG"}, ${((performance.now() - before) / 1000).toFixed(1)} s`)
  }
  const holds = async (what: string, expected: Readonly<Record<string, ReadonlyArray<string>>>) => {
    const truth = await shop.truth()
    if (isDeepStrictEqual(truth, expected)) return
    for (const name of new Set([...Object.keys(truth), ...Object.keys(expected)])) {
      const [held = [], due = []] = [truth[name], expected[name]]
      const [lacks, extra] = [due.filter((one) => !held.includes(one)), held.filter((one) => !due.includes(one))]
      if (truth[name] === undefined || expected[name] === undefined || lacks.length + extra.length > 0)
        problems.push(
          `${what}: ${name} holds ${held.length} of ${due.length}; lacks ${lacks.slice(0, 3).join(" ")}, has besides ${extra.slice(0, 3).join(" ")}`
        )
    }
  }
  const sync = async (what: string, more: ReadonlyArray<string> = []) => {
    const { all, code, stdout } = await command("sync", ...more)
    if (code !== 0) problems.push(`${what}: sync exits with ${code}: ${all.slice(0, 1500)}`)
    return code === 0 ? JSON.parse(stdout).syncs[0] : null
  }

  try {
    const files = new Files(folder)
    files.group("A", "Globex", first(150))
    files.group("B", "Initech", first(150))
    files.group("C", "Hooli", first(60, 100))
    files.save()
    writeFileSync(join(folder, "groupbridge.yaml"), config(shop))
    await step("first sync, the same customers in several groups", async () => {
      await sync("first sync")
      await holds("first sync", files.expected())
    })
    await step("a second one writes nothing", async () => {
      const second = await sync("second sync")
      if (second?.calls.write !== 0) problems.push(`second sync: it wrote ${second?.calls.write} times`)
    })
    const before = files.expected()
    let changes = ""
    await step("people join and leave, a group is renamed, one is new", async () => {
      files.names.set("B", "Initech GmbH")
      for (const number of first(5)) files.members.get("A")?.delete(number)
      for (const number of first(5, 200)) files.members.get("A")?.add(number)
      for (const number of first(3, 140)) files.members.get("B")?.delete(number)
      files.group("D", "Vandelay", first(10, 50))
      files.save()
      changes = (await sync("changes"))?.run
      await holds("changes", files.expected())
    })
    const stranger = emailOf(220)
    await step("put in by hand: stays; taken out by hand: put back", async () => {
      await shop.put("Globex", stranger, true)
      await shop.put("Hooli", emailOf(105), false)
      await sync("drift", ["--refresh", "full"])
      await holds("drift", files.expected({ Globex: [stranger] }))
    })
    await step("undo of the changes", async () => {
      const { all, code } = await command("undo", changes)
      if (code !== 0) problems.push(`undo: exits with ${code}: ${all.slice(0, 800)}`)
      const held: Readonly<Record<string, ReadonlyArray<string>>> = { ...before, Globex: [...(before["Globex"] ?? []), stranger].toSorted() }
      const truth = await shop.truth()
      for (const name of ["Globex", "Hooli"]) if (!isDeepStrictEqual(truth[name], held[name])) problems.push(`undo: ${name} is not as it was`)
      if ((truth["Vandelay"] ?? []).length > 0) problems.push("undo: Vandelay is not empty")
      const released = await command("release", changes)
      if (released.code !== 0) problems.push(`release: exits with ${released.code}: ${released.all.slice(0, 800)}`)
      await sync("released")
      await holds("released", files.expected({ Globex: [stranger] }))
    })
    await step("the server is killed in the middle and started again", async () => {
      files.group("E", "Wonka", first(size))
      files.group("F", "Umbrella", first(size))
      files.group("G", "Soylent", first(size))
      files.save()
      const running = command("sync")
      for (let tries = 0; tries < 200; tries++) {
        const truth = await shop.truth()
        if ((truth["Wonka"] ?? []).length + (truth["Umbrella"] ?? []).length + (truth["Soylent"] ?? []).length > 0) break
        await sleep(20)
      }
      await shop.kill()
      await sleep(1500)
      await shop.restart()
      const { code } = await running
      say(`  the run that was cut off exits with ${code}`)
      await sync("after the kill")
      await holds("after the kill", files.expected({ Globex: [stranger] }))
    })
    await step("a last look at everything finds nothing to do", async () => {
      const last = await sync("last look", ["--refresh", "full"])
      if (last?.calls.write !== 0) problems.push(`last look: it wrote ${last?.calls.write} times`)
    })
    return problems
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
