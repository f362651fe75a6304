/** The built command over sandboxes on sockets of this process: a folder with a config file, and what was called and printed. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Cstar from "../../connectors/cstar/sandbox.ts"
import * as Zendesk from "../../connectors/zendesk/sandbox.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import type { AnySandbox, SandboxApp, SandboxRequest, SourceEdits, SourceWorld, TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as Serve from "../../src/sandbox/Serve.ts"

export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url))

export interface Finished {
  /** 130 and 143 also where the signal itself ended the process. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Added to the variables that the config file asks for; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Called again and again from the start; answers when to send it SIGINT. */
  readonly interruptWhen?: () => boolean
  /** Called again and again with what it has written to standard error; answers a signal to send. */
  readonly signalOn?: (stderr: string) => NodeJS.Signals | null
  /** Called once with the number of its process. */
  readonly onStart?: (pid: number) => void
  /** How long it may take, in milliseconds; a minute where nothing is said. */
  readonly patience?: number
  /** Likewise, when to kill it; it then ends with 137. */
  readonly killWhen?: () => boolean
}

/** A sandbox on a socket. `slow` makes every accepted call take so many milliseconds. */
export interface Vendor<S extends AnySandbox> extends Faulty.FaultySandbox {
  readonly sandbox: S
  readonly url: string
  readonly slow: (millis: number, when?: (request: SandboxRequest) => boolean) => void
}

export type Desk = Vendor<Zendesk.ZendeskSandbox> & { readonly connector: string; readonly edits: SourceEdits }
/** A vendor by the name of its connector. */
export interface Place {
  readonly connector: string
  readonly sandbox: AnySandbox
  readonly url: string
}
export type Team = Place & Vendor<Cstar.CstarSandbox> & { readonly edits: TargetEdits; readonly held: () => Readonly<Record<string, ReadonlyArray<string>>> }

/** What stands between the command and a vendor. */
type Wrap = (app: Faulty.DeliveringApp) => Faulty.DeliveringApp

const nobodyCalls: SandboxApp = () => Effect.dieMessage("the connector calls nobody, and yet its sandbox is called")

const serve = <S extends AnySandbox>(sandbox: S, wrap: Wrap) =>
  Effect.gen(function* () {
    const { app: answer = nobodyCalls } = sandbox
    let delay: { readonly millis: number; readonly when: (request: SandboxRequest) => boolean } = { millis: 0, when: () => false }
    const app: SandboxApp = (request) => (delay.when(request) ? Effect.delay(answer(request), delay.millis) : answer(request))
    const faulty = Faulty.make(app, sandbox.isWrite)
    const { url } = yield* Serve.serve(wrap(faulty.app))
    const slow: Vendor<S>["slow"] = (millis, when = () => true) => {
      delay = { millis, when }
    }
    return { ...faulty, sandbox, url, slow }
  })

export const deskBehind = (wrap: Wrap): Effect.Effect<Desk, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sandbox = Zendesk.make()
    return { ...(yield* serve(sandbox, wrap)), connector: "zendesk", edits: sandbox.source }
  })

export const teamBehind = (wrap: Wrap): Effect.Effect<Team, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sandbox = Cstar.make()
    const edits = sandbox.target
    const emails = new Map<string, string>()
    return {
      ...(yield* serve(sandbox, wrap)),
      connector: "cstar",
      edits: {
        ...edits,
        addCustomers: (customers) => {
          const added = edits.addCustomers(customers)
          for (const { email, id } of added) emails.set(id, email ?? id)
          return added
        }
      },
      held: () => {
        const rows = edits.groups().map((group) => [group.name, group.members.map((id) => emails.get(id) ?? id).toSorted()] as const)
        return Object.fromEntries(rows.toSorted(([left], [right]) => (left < right ? -1 : 1)))
      }
    }
  })

export const desk = deskBehind((app) => app)
export const team = teamBehind((app) => app)

/** Another source than Zendesk. */
export const helpdesk = <S extends AnySandbox & { readonly source: SourceEdits }>(connector: string, sandbox: S) =>
  Effect.map(
    serve(sandbox, (app) => app),
    (vendor) => ({ ...vendor, connector, edits: sandbox.source })
  )

/** Another target than cStar. */
export const place = <S extends AnySandbox & { readonly target: TargetEdits }>(connector: string, sandbox: S) =>
  Effect.map(
    serve(sandbox, (app) => app),
    (vendor) => ({
      ...vendor,
      connector,
      edits: sandbox.target,
      /** Names of groups with the ids of who is in them. */
      held: (): Readonly<Record<string, ReadonlyArray<string>>> =>
        Object.fromEntries(
          sandbox.target
            .groups()
            .map((group) => [group.name, group.members.toSorted()])
            .toSorted(([left], [right]) => ((left ?? "") < (right ?? "") ? -1 : 1))
        )
    })
  )

/** Options of a connection as in the config file; texts go through variables, as people should keep secrets. */
const connection = (name: string, connector: string, options: Readonly<Record<string, unknown>>, extra = "") => {
  const variable = (key: string) => `${name}_${key}`.toUpperCase()
  return {
    yaml: `  ${name}:\n    connector: ${connector}\n${extra}${Object.keys(options)
      .map((key) => `    ${key}: \${${variable(key)}}\n`)
      .join("")}`,
    env: Object.fromEntries(Object.entries(options).map(([key, value]) => [variable(key), String(value)]))
  }
}

export interface Installed {
  readonly dir: string
  /** Variables that the config file asks for. */
  readonly env: Readonly<Record<string, string>>
  readonly write: (file: string, content: string | Uint8Array) => void
  /** Runs the command with `--config` of this folder. Fails the test on a stack trace, a secret or more than 60 s. */
  readonly run: (args: ReadonlyArray<string>, options?: RunOptions) => Effect.Effect<Finished>
  /** `run` with `--json`, its one document read. */
  readonly json: (args: ReadonlyArray<string>) => Effect.Effect<{ readonly code: number; readonly document: Json }>
}

// oxlint-disable-next-line typescript/no-explicit-any -- a document as its readers see it
export type Json = any

export interface Setup {
  readonly sources: Readonly<Record<string, Place>>
  readonly targets: Readonly<Record<string, Place>>
  /** The part below `syncs:`, indented by two, and what follows it. */
  readonly syncs: string
}

/** Makes the folder; it goes with the scope, after it was searched for secrets. */
export const make = ({ sources, syncs, targets }: Setup) =>
  Effect.gen(function* () {
    const connections = [
      ...Object.entries(sources).map(([name, { connector, sandbox, url }]) => connection(name, connector, sandbox.options(url))),
      ...Object.entries(targets).map(([name, { connector, sandbox, url }]) => connection(name, connector, sandbox.options(url), "    budget: 100%\n"))
    ]
    // Tokens that are issued while the command runs are secrets too.
    const secrets = () => new Set([...Object.values(sources), ...Object.values(targets)].flatMap(({ sandbox }) => sandbox.secrets))
    const env: Readonly<Record<string, string>> = Object.assign({}, ...connections.map((one) => one.env))
    const dir = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-"))),
      (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => assertNoSecretIn(dir, secrets())))
    writeFileSync(join(dir, "groupbridge.yaml"), `connections:\n${connections.map(({ yaml }) => yaml).join("")}syncs:\n${syncs}`)
    const run: Installed["run"] = (args, options = {}) =>
      Effect.map(
        Effect.promise(() => spawned(["--config", join(dir, "groupbridge.yaml"), ...args], dir, env, options)),
        (finished) => {
          assertClean(args, finished, secrets())
          return finished
        }
      )
    const installed: Installed = {
      dir,
      env,
      write: (file, content) => writeFileSync(join(dir, file), content),
      run,
      json: (args) =>
        Effect.map(run([...args, "--json"]), ({ code, stderr, stdout }) => {
          try {
            return { code, document: JSON.parse(stdout) as Json }
          } catch {
            return assert.fail(`${args.join(" ")} --json printed no one document (exit ${code}):\n${stdout}\n${stderr}`)
          }
        })
    }
    return installed
  })

/** Of a test, in milliseconds: on a busy machine a command may take seconds. */
export const patience = 120_000

/** Of one command. */
const patienceMillis = 60_000

const spawned = (
  args: ReadonlyArray<string>,
  dir: string,
  env: Readonly<Record<string, string>>,
  { env: other = {}, interruptWhen, killWhen, onStart, patience: allowed = patienceMillis, signalOn }: RunOptions
): Promise<Finished> =>
  new Promise((resolve, reject) => {
    assert(existsSync(program), "the command is not built: run npm run build")
    const child = spawn(process.execPath, [program, ...args], {
      cwd: dir,
      env: { PATH: process.env["PATH"], TZ: "UTC", ...env, ...other },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: allowed,
      killSignal: "SIGKILL"
    })
    if (child.pid !== undefined) onStart?.(child.pid)
    let isKilled = false
    const output = { stdout: "", stderr: "" }
    const watch = setInterval(() => {
      if (interruptWhen?.() === true) {
        clearInterval(watch)
        child.kill("SIGINT")
      }
      const signal = signalOn?.(output.stderr) ?? null
      if (signal !== null) child.kill(signal)
      if (killWhen?.() === true) {
        clearInterval(watch)
        isKilled = child.kill("SIGKILL")
      }
    }, 20)
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text))
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearInterval(watch)
      if (isKilled) return resolve({ ...output, code: 137 })
      if (signal === "SIGKILL") return reject(new Error(`${args.join(" ")} did not end within ${allowed} ms:\n${output.stdout}\n${output.stderr}`))
      resolve({ ...output, code: code ?? (signal === "SIGINT" ? 130 : 143) })
    })
  })

const assertClean = (args: ReadonlyArray<string>, { stderr, stdout }: Finished, secrets: ReadonlySet<string>) => {
  for (const text of [stdout, stderr]) {
    assert.notMatch(text, /^\s+at .+[:)]/m, `${args.join(" ")} prints a stack trace`)
    assert.notMatch(text, /FiberFailure|\[object Object\]|UnhandledPromise/, `${args.join(" ")} prints what is meant for programmers`)
    for (const secret of secrets) assert.isFalse(text.includes(secret), `${args.join(" ")} prints a secret: ${text.slice(0, 2000)}`)
  }
}

const assertNoSecretIn = (folder: string, secrets: ReadonlySet<string>) => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) assertNoSecretIn(path, secrets)
    else for (const secret of secrets) assert.isFalse(readFileSync(path).includes(secret), `a secret stands in ${name}`)
  }
}

/** `c1@x.example` and so on, each with the tags. */
export const customers = (count: number, first = 1, ...tags: ReadonlyArray<string>): SourceWorld["customers"] =>
  Array.from({ length: count }, (_, index) => ({ id: String(first + index), email: `c${first + index}@x.example`, name: `Customer ${first + index}`, tags }))

export const known = (team: Team, people: SourceWorld["customers"]): void => {
  team.edits.addCustomers(people.flatMap(({ email, name }) => (email === null ? [] : [{ email, name }])))
}

/** So many customers with these tags at a helpdesk, all of them known to a team. */
export const tagged = (count: number, ...tags: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const [acme, cstar, people] = [yield* desk, yield* team, customers(count, 1, ...tags)]
    acme.edits.load({ customers: people, organizations: [], memberships: [] })
    known(cstar, people)
    return { acme, cstar }
  })
