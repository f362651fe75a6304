/** A CSV source over files that a test writes. */
import * as Effect from "effect/Effect"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { SourcePage } from "../../src/contract/Source.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import type { FileName } from "./CsvColumns.ts"
import { connector } from "./CsvConnector.ts"

export type Contents = Readonly<Record<FileName, string | Uint8Array>>

/** Two customers, one organization and one tag. */
export const contents: Contents = {
  customers: "id,email,name\n1,ann@x.example,Ann\n2,bob@x.example,Bob\n",
  groups: "id,name,kind\n10,Globex,\nvip,VIP,tag\n",
  memberships: "customer,group\n1,10\n2,vip\n"
}

/** A folder with the three files, gone after the test; a connection to them, and what it logs. */
export const connect = (given: Partial<Contents> = {}, names: Partial<Readonly<Record<FileName, string>>> = {}) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-csv-test-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
    )
    const path = (file: FileName) => join(folder, names[file] ?? `${file}.csv`)
    const write = (file: FileName, content: string | Uint8Array) => {
      mkdirSync(dirname(path(file)), { recursive: true })
      writeFileSync(path(file), content)
    }
    for (const file of ["customers", "groups", "memberships"] as const) write(file, given[file] ?? contents[file])
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const context = { name: "crm", client: HttpClient.make(() => Effect.dieMessage("nobody is called")), pacer, redactor: SecretRedactor.make() }
    const options = Schema.decodeUnknownSync(connector.options)({ customers: path("customers"), groups: path("groups"), memberships: path("memberships") })
    const source = yield* connector.source?.make(options, context) ?? Effect.dieMessage("no source")
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => void logged.push(String(message)))
    const stream = (name: FileName) => source.streams.find(({ declaration }) => declaration.name === name)?.pages ?? Stream.dieMessage(`no stream ${name}`)
    const read = (name: FileName) =>
      Effect.map(Effect.provide(Stream.runCollect(stream(name)), Logger.add(logger)), (pages): ReadonlyArray<SourcePage> => [...pages])
    const records = (name: FileName) => Effect.map(read(name), (pages) => pages.flatMap((page) => page.records))
    /** Why a file cannot be read. */
    const refusal = (name: FileName) => Effect.flip(read(name))
    return { folder, path, write, source, stream, read, records, refusal, logged }
  })
