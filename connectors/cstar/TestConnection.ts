/** The connector connected to its sandbox in-process, for its tests. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import type { GroupDraft, GroupMark } from "../../src/model/Group.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import { connector } from "./CstarConnector.ts"
import * as Sandbox from "./sandbox.ts"

export const baseUrl = "https://www.cstar.help"
export const mark: GroupMark = { state: "7f3a", sync: "customers", key: "organization:5512" }
export const draft = (values: Partial<GroupDraft> = {}): GroupDraft => ({
  name: "Initech",
  slug: undefined,
  description: undefined,
  externalId: undefined,
  customFields: {},
  ...values
})

export const usual = (sandbox: Sandbox.CstarSandbox) => sandbox.options(baseUrl)

/** The connector over the sandbox, whose faults and calls are at hand. */
export const connected = (choose: (sandbox: Sandbox.CstarSandbox) => Readonly<Record<string, unknown>> = usual) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const faulty = Faulty.make(sandbox.app)
    const options = yield* Schema.decodeUnknown(connector.options)(choose(sandbox))
    const role = yield* Effect.fromNullable(connector.target)
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
    const context = {
      name: "cstar",
      client: InProcess.client({ [baseUrl]: faulty.app }),
      pacer,
      redactor: SecretRedactor.make()
    }
    const staff = yield* Effect.fromNullable(connector.team)
    return { sandbox, faulty, target: yield* role.make(options, context), team: yield* staff.make(options, context) }
  })

export const collected = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

export const people = (sandbox: Sandbox.CstarSandbox, count: number) =>
  sandbox.target
    .addCustomers(
      Array.from({ length: count }, (_, n) => ({
        email: `p${n}@initech.com`,
        name: `Person ${n}`
      }))
    )
    .map(({ id }) => id)

export const pack = (group: string, customers: ReadonlyArray<string>) => ({ by: "group", group, customers }) as const

export const answered = (status: number, body: unknown): Fault => ({
  _tag: "Answer",
  response: {
    status,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body)
  }
})

export const reasonOf = <A>(call: Effect.Effect<A, ConnectorError>) => Effect.map(Effect.flip(call), (error) => error.reason)
