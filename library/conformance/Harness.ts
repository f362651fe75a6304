/** A connector over its sandbox under a TestClock, watched: whatever it emits is searched for secrets at the end of its test. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import type { Target } from "../../src/contract/Target.ts"
import type { TeamTarget } from "../../src/contract/Team.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Documented from "../../src/sandbox/Documented.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { AnySandbox, SandboxApp, SandboxRequest } from "../../src/sandbox/Sandbox.ts"

export interface Subject {
  readonly connector: AnyConnector
  readonly make: () => AnySandbox
}

export interface Settings {
  readonly options?: (sandbox: AnySandbox) => Readonly<Record<string, unknown>>
  readonly app?: (app: SandboxApp) => SandboxApp
}

/** One connection. `source`, `target` and `team` die where the connector has none; every call of theirs goes through `ask` or `told`. */
export interface Connected {
  readonly sandbox: AnySandbox
  readonly faulty: Faulty.FaultySandbox
  readonly source: Source
  readonly target: Target
  readonly team: TeamTarget
  /** Runs to the end on the test's clock. */
  readonly ask: <A>(effect: Effect.Effect<A, ConnectorError>) => Effect.Effect<Either.Either<A, ConnectorError>>
  /** The same, where a failure fails the test. */
  readonly reported: <A>(effect: Effect.Effect<A, ConnectorError>) => Effect.Effect<A>
}

export const baseUrl = "https://vendor.test"

/** Why tests of calls that go wrong are off; null where there are calls. */
export const callsOff = ({ make }: Subject): string | null => (make().app === undefined ? "its sandbox has no app, for the connector calls nobody" : null)

const noApp: SandboxApp = () => Effect.dieMessage("the sandbox has no app, and yet it is called")
const missing = <A extends object>(what: string): A =>
  new Proxy({} as A, {
    get: () => {
      throw new Error(`the connector has no ${what}`)
    }
  })

/** Longer than any backoff or wait that a test provokes. */
const patience = "3 hours"

const connect = ({ connector, make }: Subject, { app = (inner) => inner, options = (sandbox) => sandbox.options(baseUrl) }: Settings, seen: Array<unknown>) =>
  Effect.gen(function* () {
    const sandbox = make()
    const faulty = Faulty.make(app(sandbox.app ?? noApp), sandbox.isWrite)
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const context = { name: "connection-1", client: InProcess.client({ [baseUrl]: faulty.app }), pacer, redactor: SecretRedactor.make() }
    const decoded: unknown = yield* Schema.decodeUnknown(connector.options)(options(sandbox)).pipe(
      Effect.catchAll(({ message }) => Effect.dieMessage(`the options that the sandbox gives are refused by the connector's own Schema: ${message}`))
    )
    const ask: Connected["ask"] = (effect) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(Effect.either(effect))
        yield* TestClock.adjust(patience)
        const result = yield* Fiber.join(fiber)
        seen.push(Either.merge(result))
        return result
      })
    const connected: Connected = {
      sandbox,
      faulty,
      source: connector.source === undefined ? missing("source") : yield* Effect.orDie(connector.source.make(decoded, context)),
      target: connector.target === undefined ? missing("target") : yield* Effect.orDie(connector.target.make(decoded, context)),
      team: connector.team === undefined ? missing("team") : yield* Effect.orDie(connector.team.make(decoded, context)),
      ask,
      reported: (effect) => Effect.flatMap(ask(effect), Either.match({ onLeft: (error) => Effect.die(error), onRight: Effect.succeed }))
    }
    return connected
  })

const renderings = (value: unknown): ReadonlyArray<string> => [
  inspect(value, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  JSON.stringify(value) ?? "",
  String(value),
  value instanceof Error ? `${value.message}\n${value.stack}` : ""
]

const assertNoSecret = (sandbox: AnySandbox, seen: ReadonlyArray<unknown>) => {
  for (const value of seen) {
    for (const text of renderings(value)) {
      for (const secret of sandbox.secrets) {
        for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
          // Not an assertion each: there are so many forms that those would cost as much as the search.
          if (text.includes(form)) {
            assert.fail(
              `a secret is seen in what the connector gives away: give it to the client in a Redacted header, and what the header is made of to context.redactor.hide. It is in: ${text.slice(0, 500)}`
            )
          }
        }
      }
    }
  }
}

const assertDocumented = ({ faulty, sandbox }: Connected) => {
  const problems = Documented.problems(sandbox.documented ?? [], faulty.log)
  assert.deepStrictEqual(
    problems,
    [],
    "what was asked is not documented: mend the connector, or add the call to SandboxCalls.ts if a page of the vendor shows it"
  )
}

export interface Test extends Settings {
  readonly subject: Subject
  /** Why the connector's declaration excludes this test; null where it does not. Printed. */
  readonly off?: string | null
  /** Set where more is asked than the vendor documents, to see it refused. */
  readonly beyondLimits?: boolean
  readonly body: (connected: Connected) => Effect.Effect<void, never, Scope.Scope>
}

/** One test over a fresh connection. */
export const conforms = (title: string, { subject, off = null, beyondLimits = false, body, ...settings }: Test): void => {
  if (off !== null) process.stdout.write(`conformance of ${subject.connector.name}: "${title}" is off, because ${off}\n`)
  it.scoped.skipIf(off !== null)(off === null ? title : `${title} (off: ${off})`, () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const logger = Logger.make((line) => {
        seen.push([line.message, [...line.annotations], line.cause])
      })
      const work = Effect.gen(function* () {
        const connected = yield* connect(subject, settings, seen)
        yield* body(connected)
        assertNoSecret(connected.sandbox, seen)
        if (!beyondLimits) assertDocumented(connected)
      })
      yield* work.pipe(Effect.provide(Logger.add(logger)), Logger.withMinimumLogLevel(LogLevel.All))
    })
  )
}

/** Accepts the calls after the next `count`. */
export const after = (count: number) => {
  const seen = new Set<SandboxRequest>()
  return (request: SandboxRequest): boolean => {
    seen.add(request)
    return seen.size > count
  }
}
