/** How fast a source is read into the snapshot, beside reading the same pages and storing the same rows by hand. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Zendesk from "../../connectors/zendesk/ZendeskConnector.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as UndiciClient from "../../src/http/UndiciClient.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as SourceReader from "../../src/read/SourceReader.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import type { Account, Ask } from "./AccountServer.ts"
import * as Child from "./Child.ts"
import { type Figure, type Size, thousands } from "./Figure.ts"
import * as Raw from "./Raw.ts"

/** The engine's own reading, into a new state. */
const engineRead = (file: string, root: string, options: Readonly<Record<string, unknown>>): Promise<number> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 8 })
        const context = { name: "zendesk", client: yield* UndiciClient.make(), pacer, redactor: SecretRedactor.make() }
        const decoded = yield* Schema.decodeUnknown(Zendesk.connector.options)({ ...options, baseUrl: root })
        const source = yield* Effect.fromNullable(Zendesk.connector.source).pipe(Effect.flatMap(({ make }) => make(decoded, context)))
        const started = performance.now()
        const { complete } = yield* SourceReader.read("zendesk", source, {
          basis: "bench",
          distrust: null,
          dry: false,
          full: true,
          fullEvery: 0,
          onRows: () => Effect.void
        })
        if (!complete) return yield* Effect.dieMessage("the source was not read whole")
        return performance.now() - started
      })
    ).pipe(Effect.provide(StateLayer.layer(file)))
  )

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`

export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const memberships = { smoke: 300, small: 30_000, full: 300_000 }[size]
  const customers = Math.ceil(memberships / 3)
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  try {
    const account = await server.ask({ customers, organizations: Math.ceil(memberships / 150), memberships })
    const read = await Raw.read(account)
    const insert = Raw.insert(join(dir, "raw.db"), customers, memberships)
    const engine = await engineRead(join(dir, "state.db"), account.source, account.sourceOptions)
    return [
      {
        name: `reading ${thousands(memberships)} memberships into the snapshot`,
        value: seconds(engine),
        bound: `raw read ${seconds(read)}, raw insert ${seconds(insert)}`,
        ratio: Math.max(read, insert) / engine,
        goal: { sense: ">=", ratio: 0.8 }
      }
    ]
  } finally {
    server.end()
    rmSync(dir, { recursive: true, force: true })
  }
}
