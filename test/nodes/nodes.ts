/**
 * `npm run test:nodes [-- VERSION ...]`: build, demo, a share of the tests and the peak memory of a first plan on each supported version of Node.
 * Exits with 1 on any failure; a version that cannot be fetched is skipped and named.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import type { Account, Ask } from "../bench/AccountServer.ts"
import * as Child from "../bench/Child.ts"
import * as OtherNode from "../../packaging/OtherNode.ts"

/** The oldest that `engines` in package.json allows, and the newest of each later line with long support. */
const supported = ["20.19.0", "22.23.5", "24.22.3"]

/** Short files about what depends most on Node: the driver and SQLite, sockets and answers, the clock, arguments. */
const share = [
  "test/state/QueryPlans.test.ts",
  "test/state/GroupCommit.test.ts",
  "test/state/Backups.test.ts",
  "test/http/Transport.test.ts",
  "test/cli/Arguments.test.ts"
]

const size = { customers: 10_000, organizations: 200, memberships: 30_000 }

/** Of a first plan of that size. Measured: 138 to 158 on Node 20 to 26; 207 on 26 and 266 on 24 where the collector is left to itself. */
const mostMiB = 190

const peak = async (program: string, node: string): Promise<Child.Measured> => {
  const server = Child.serve<Ask, Account>("../bench/AccountServer.ts")
  try {
    const { config } = await server.ask(size)
    return await Child.measure([program, "plan", "--json", "--config", config], node)
  } finally {
    server.end()
  }
}

const print = (line: string) => void process.stdout.write(`${line}\n`)

/** What failed; nothing where all is well. */
const tryOut = async (node: OtherNode.OtherNode): Promise<ReadonlyArray<string>> => {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-node-"))
  const env = { ...process.env, PATH: `${dirname(node.program)}${delimiter}${process.env["PATH"]}` }
  const succeeds = (command: string, ...args: ReadonlyArray<string>): boolean => {
    const { status, stderr, stdout } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8" })
    if (status !== 0) print(`${stdout}${stderr}`)
    return status === 0
  }
  try {
    OtherNode.checkout(node, folder)
    const program = join(folder, "dist", "main.js")
    if (!succeeds("npm", "run", "--silent", "build")) return ["build"]
    const failed = [
      ...(succeeds(node.program, program, "demo") ? [] : ["demo"]),
      ...(succeeds(node.program, join(folder, "node_modules", "vitest", "vitest.mjs"), "run", "--reporter=dot", ...share) ? [] : ["tests"])
    ]
    const { code, peakMiB, seconds } = await peak(program, node.program)
    print(`Node ${node.version}: a first plan of ${size.memberships} assignments took ${peakMiB.toFixed(0)} MiB in ${seconds.toFixed(1)} s`)
    return [...failed, ...(code === 0 && peakMiB <= mostMiB ? [] : [`memory (exit code ${code}, at most ${mostMiB} MiB)`])]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const asked = process.argv.slice(2)
for (const version of asked.length > 0 ? asked : supported) {
  const node = OtherNode.fetch(version)
  if ("missing" in node) {
    print(`Node ${version}: SKIPPED, not fetched (${node.missing})`)
    continue
  }
  const failed = await tryOut(node)
  print(`Node ${version}: ${failed.length === 0 ? "build, demo, tests and memory are well" : `FAILED: ${failed.join(", ")}`}`)
  if (failed.length > 0) process.exitCode = 1
}
