/** A connector's source over its sandbox or over fixed answers, without a socket: what tests of a connector ask. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Connector } from "../../src/contract/Connector.ts"
import type { SourcePage } from "../../src/contract/Source.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { Agent } from "../../src/contract/Team.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"

export interface Setup {
  /** Where the app is mounted: one URL or several. */
  readonly urls: ReadonlyArray<string>
  readonly app: SandboxApp
  /** As in the config file, without `connector`. */
  readonly options: unknown
}

/** `read` answers all pages of the stream of that name, `records` all that they tell, `agents` all pages of who works there. No limit is kept to. */
export const make = <Options, Encoded>(connector: Connector<Options, Encoded>, { app, options, urls }: Setup) =>
  Effect.gen(function* () {
    const faulty = Faulty.make(app)
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const client = InProcess.client(Object.fromEntries(urls.map((url) => [url, faulty.app])))
    const decoded = Schema.decodeUnknownSync(connector.options)(options)
    const made = connector.source?.make(decoded, { name: "helpdesk", client, pacer, redactor: SecretRedactor.make() }) ?? Effect.dieMessage("no source")
    const source = yield* Effect.scoped(made)
    const read = (name: string) => {
      const stream = source.streams.find(({ declaration }) => declaration.name === name)
      return Effect.map(Stream.runCollect(stream?.pages ?? Stream.dieMessage(`no stream ${name}`)), (pages): ReadonlyArray<SourcePage> => [...pages])
    }
    const records = (name: string) => Effect.map(read(name), (pages) => pages.flatMap((page) => page.records))
    const agents = Effect.map(Stream.runCollect(source.agents ?? Stream.dieMessage("no agents")), (pages): ReadonlyArray<ListPage<Agent>> => [...pages])
    return { log: faulty.log, inject: faulty.inject, source, read, records, agents }
  })
