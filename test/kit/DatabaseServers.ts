/** Real database servers of this machine, each a throw-away cluster on a port of 127.0.0.1 until the scope ends. */
import mysql from "mysql2/promise"
import { Client } from "pg"
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

export interface DatabaseServer {
  /** Of a database `shop` that nobody else uses, for its owner. */
  readonly url: string
  /** Runs statements as the owner. */
  readonly run: (...statements: ReadonlyArray<string>) => Promise<void>
  readonly stop: () => Promise<void>
}

const programs = (names: ReadonlyArray<string>, folders: ReadonlyArray<string>): string | null =>
  folders.find((folder) => names.every((name) => existsSync(join(folder, name)))) ?? null

const debian = "/usr/lib/postgresql"
const onPath = (process.env["PATH"] ?? "").split(":")

/** Where the programs are; null where they are not installed (Debian: postgresql, mariadb-server-core). */
export const postgresPrograms = programs(
  ["initdb", "postgres"],
  [...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : []), ...onPath]
)
export const mariadbPrograms = existsSync("/usr/share/mysql/mysql_system_tables.sql") ? programs(["mariadbd"], ["/usr/sbin", ...onPath]) : null

/** Where Debian's package keeps the tables that a new cluster of MariaDB begins with. */
const shared = "/usr/share/mysql"

/** Neither server runs as root. */
const owner = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout)
  return { uid: id("-u"), gid: id("-g") }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const folder = (as: ReturnType<typeof owner>): string => {
  const made = mkdtempSync(join(tmpdir(), "groupbridge-db-"))
  chmodSync(made, 0o700)
  if (as.uid !== undefined && as.gid !== undefined) chownSync(made, as.uid, as.gid)
  return made
}

const stopping = (child: ChildProcess, made: string) => async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGINT")
    await Promise.race([ended, sleep(5000).then(() => child.kill("SIGKILL"))])
  }
  rmSync(made, { recursive: true, force: true })
}

const reached = async <A>(child: ChildProcess, log: () => string, connect: () => Promise<A>): Promise<A> => {
  for (let tries = 0; ; tries++) {
    try {
      return await connect()
    } catch (error) {
      if (child.exitCode !== null || tries > 300) throw new Error(`the database server did not start: ${log()}`, { cause: error })
      await sleep(100)
    }
  }
}

const started = (program: string, args: ReadonlyArray<string>, as: ReturnType<typeof owner>, cwd: string) => {
  const child = spawn(program, args, { ...as, cwd, stdio: ["ignore", "ignore", "pipe"] })
  let log = ""
  child.stderr.on("data", (text: Buffer) => {
    log = (log + text.toString()).slice(-5000)
  })
  return { child, log: () => log }
}

export const postgres = async (bin: string): Promise<DatabaseServer> => {
  const as = owner()
  const made = folder(as)
  const data = join(made, "data")
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "-E", "UTF8", "--no-sync"], {
    ...as,
    cwd: made,
    stdio: "ignore"
  })
  const port = await freePort()
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${made}`, "fsync=off", "shared_buffers=16MB"]
  const { child, log } = started(join(bin, "postgres"), ["-D", data, "-p", String(port), ...settings.flatMap((one) => ["-c", one])], as, made)
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  const connected = async (database: string) => {
    const client = new Client({ connectionString: urlOf(database) })
    client.on("error", () => undefined)
    await client.connect()
    return client
  }
  const first = await reached(child, log, () => connected("postgres"))
  await first.query("CREATE DATABASE shop")
  await first.end()
  const client = await connected("shop")
  const stop = stopping(child, made)
  return {
    url: urlOf("shop"),
    run: async (...statements) => {
      for (const statement of statements) await client.query(statement)
    },
    stop: async () => {
      await client.end().catch(() => undefined)
      await stop()
    }
  }
}

export const mariadb = async (bin: string): Promise<DatabaseServer> => {
  const as = owner()
  const made = folder(as)
  const data = join(made, "data")
  const tables = ["mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"].map((name) =>
    readFileSync(join(shared, name), "utf8")
  )
  const usual = ["--no-defaults", `--datadir=${data}`, "--innodb-buffer-pool-size=16M", ...(as.uid === undefined ? [] : ["--user=nobody"])]
  mkdirSync(data)
  if (as.uid !== undefined && as.gid !== undefined) chownSync(data, as.uid, as.gid)
  execFileSync(join(bin, "mariadbd"), [...usual, "--bootstrap"], {
    cwd: made,
    input: ["CREATE DATABASE mysql;", "USE mysql;", "SET @auth_root_socket=NULL;", ...tables].join("\n"),
    stdio: ["pipe", "ignore", "ignore"]
  })
  const port = await freePort()
  const settings = [`--port=${port}`, "--bind-address=127.0.0.1", `--socket=${join(made, "s")}`, "--innodb-flush-log-at-trx-commit=0"]
  const { child, log } = started(join(bin, "mariadbd"), [...usual, ...settings], {}, made)
  const at = { host: "127.0.0.1", port, user: "root", multipleStatements: true }
  const client = await reached(child, log, () => mysql.createConnection(at))
  await client.query("CREATE DATABASE shop; USE shop")
  const stop = stopping(child, made)
  return {
    url: `mysql://root@127.0.0.1:${port}/shop`,
    run: async (...statements) => {
      for (const statement of statements) await client.query(statement)
    },
    stop: async () => {
      client.destroy()
      await stop()
    }
  }
}
