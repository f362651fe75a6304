/**
 * The whole source against a server that answers with the examples of Intercom's own OpenAPI document 2.14 and refuses calls that break it.
 * The document lies beside the project and not in it; without it this is skipped.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { fileURLToPath } from "node:url"
import type { SandboxApp, SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import { connect, nextOf } from "./TestConnection.ts"

const file = fileURLToPath(new URL("../../../shared/specs/intercom-2.14.yaml", import.meta.url))
const isThere = existsSync(file)
if (!isThere) process.stdout.write(`the source of intercom is not run against Intercom's OpenAPI document: ${file} is not there\n`)

/** Of the mock, in milliseconds, whatever becomes of this process. */
const longest = 90_000

const freePort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(address === null || typeof address === "string" ? Effect.dieMessage("a server has a port") : Effect.succeed(address.port)))
  })
})

/** Ends with the scope, with this process, and after so long by itself. Answers its URL. */
const mock = Effect.gen(function* () {
  const port = yield* freePort
  const program = JSON.stringify(createRequire(import.meta.url).resolve("@stoplight/prism-cli"))
  const bounded = `setTimeout(() => process.exit(1), ${longest}); process.stdin.on("end", () => process.exit(0)).resume(); require(${program})`
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["-e", bounded, "prism", "mock", "--host", "127.0.0.1", "--port", String(port), file], { stdio: "pipe" })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  let printed = ""
  yield* Effect.async<void>((resume) => {
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding("utf8").on("data", (text: string) => {
        printed += text
        if (printed.includes("is listening")) resume(Effect.void)
      })
    }
    child.once("exit", () => resume(Effect.dieMessage(`the mock ended before it listened:\n${printed}`)))
  })
  return `http://127.0.0.1:${port}`
})

interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  /** What breaks the document, in the call or in the document's own example. */
  readonly violations: ReadonlyArray<{ readonly location: ReadonlyArray<string>; readonly message: string }>
}

const asks =
  (url: string) =>
  ({ body, headers, method, path, query }: Omit<SandboxRequest, "query"> & { readonly query: URLSearchParams | string }) =>
    Effect.promise(async (): Promise<Answer> => {
      // Both are the client's own to say; a length said twice is refused by an undici that another file of this worker loaded.
      const { "content-length": _length, host: _host, ...others } = headers
      const response = await fetch(`${url}${path}?${query}`, { method, headers: others, ...(body === "" ? {} : { body }) })
      const json: Answer["json"] = JSON.parse(await response.text())
      return { status: response.status, json, violations: JSON.parse(response.headers.get("sl-violations") ?? "[]") }
    })

describe.skipIf(!isThere)("Intercom's document as a server", () => {
  it.scopedLive(
    "takes every call of the source, and all its examples are read",
    () =>
      Effect.gen(function* () {
        const ask = asks(yield* mock)
        const call = { method: "GET", path: "/me", query: "", body: "", headers: { authorization: "Bearer x", "intercom-version": "2.14" } }
        const refused = yield* Effect.forEach(
          [call, { ...call, path: "/nowhere" }, { ...call, headers: {} }, { ...call, headers: { ...call.headers, "intercom-version": "9" } }],
          (request) => Effect.map(ask(request), ({ status }) => status)
        )
        assert.deepStrictEqual(refused, [200, 404, 401, 422], "it refuses what breaks the document")

        const answers: Array<Answer & { readonly asked: string }> = []
        const passed: SandboxApp = (request) =>
          Effect.gen(function* () {
            const answer = yield* ask(request)
            answers.push({ ...answer, asked: `${request.method} ${request.path}` })
            const json = { ...answer.json }
            // The example of the list is empty: the example of one contact is its row. And examples know no end of a scroll.
            if (request.path === "/contacts") json["data"] = [(yield* ask({ ...request, path: "/contacts/1", query: "" })).json]
            if (request.query.has("scroll_param")) json["data"] = []
            return { status: answer.status, headers: { "content-type": "application/json", date: "Sun, 22 Nov 2026 12:00:00 GMT" }, body: JSON.stringify(json) }
          })
        const { changes, read, records, source } = yield* connect({ app: () => passed })

        const { account, missing } = yield* source.identify
        assert.deepStrictEqual([account, missing], ["this_is_an_id1_that_should_be_at_least_40", []])
        const reported = (yield* Effect.forEach(source.streams, ({ declaration }) => records(declaration.name))).flat()
        const names = reported.flatMap((record) => {
          if (record._tag === "Customer") return [`${record.customer.role} ${record.customer.name}`]
          return record._tag === "Group" ? [`${record.group.kind} ${record.group.name}`] : []
        })
        assert.deepStrictEqual(names.toSorted(), [
          "customer Joe Bloggs",
          "organization IntercomQATest1",
          "segment Jane segment",
          "segment John segment",
          "staff Ciaran7 Lee"
        ])
        assert.deepStrictEqual(
          (yield* changes(nextOf(yield* read("contacts")))).map(({ end, unknown }) => [end?.reached, unknown]),
          [[true, []]],
          "and what changed can be asked for"
        )
        for (const id of ["6762f0d01bb69f9f2193bb7d", "admin:991267468"]) assert(Option.isSome(yield* source.customer(id)), id)

        assert.deepStrictEqual(
          answers.filter(({ status }) => status !== 200),
          []
        )
        assert.sameMembers(
          [...new Set(answers.map(({ asked }) => asked))],
          ["/me", "/contacts", "/companies", "/segments", "/tags", "/admins", "/companies/scroll", "/contacts/6762f0d01bb69f9f2193bb7d", "/admins/991267468"]
            .map((path) => `GET ${path}`)
            .concat("POST /contacts/search")
        )
        // Paths without a host are no URIs, says the document of its own example.
        const violations = answers.flatMap(({ asked, violations }) => violations.map(({ location, message }) => `${asked}: ${location.join(".")} ${message}`))
        assert.deepStrictEqual(
          violations.filter((violation) => !/: response\.body\.\w+\.url .*must match format "uri"$/.test(violation)),
          []
        )
      }),
    longest
  )
})
