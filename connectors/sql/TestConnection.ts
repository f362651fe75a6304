/** The connector over a database that a test names, one connection at a time. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { SourcePage } from "../../src/contract/Source.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import type { QueryName } from "./SqlColumns.ts"
import { connector } from "./SqlConnector.ts"

/** A source, and what its three streams say when they are read one after another. */
export const connect = (options: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const redactor = SecretRedactor.make()
    const context = { name: "warehouse", client: HttpClient.make(() => Effect.dieMessage("no API is called")), pacer, redactor }
    const decoded = yield* Effect.orDie(Schema.decodeUnknown(connector.options)(options))
    const source = yield* connector.source?.make(decoded, context) ?? Effect.dieMessage("no source")
    const stream = (name: QueryName) => source.streams.find(({ declaration }) => declaration.name === name)?.pages ?? Stream.dieMessage(`no stream ${name}`)
    const read = (name: QueryName) => Effect.map(Stream.runCollect(stream(name)), (pages): ReadonlyArray<SourcePage> => [...pages])
    const records = (name: QueryName) => Effect.map(read(name), (pages) => pages.flatMap((page) => page.records))
    return { source, stream, read, records, redactor }
  })
