/** The client over real sockets. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as UndiciClient from "../../src/http/UndiciClient.ts"

/** In a process of its own: it closes a connection 200 ms after the last answer on it, whatever becomes of us. */
const impatientServer = `
  const server = require("node:http").createServer((request, response) => {
    request.resume()
    response.end("{}", () => setTimeout(() => request.socket.destroySoon(), 200))
  })
  server.listen(0, "127.0.0.1", () => process.send(server.address().port))`

const serve = Effect.map(
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ readonly child: ChildProcess; readonly port: number }>((resolve) => {
          const child = spawn(process.execPath, ["-e", impatientServer], { stdio: ["ignore", "inherit", "inherit", "ipc"] })
          child.once("message", (port) => resolve({ child, port: Number(port) }))
        })
    ),
    ({ child }) => Effect.sync(() => void child.kill())
  ),
  ({ port }) => `http://127.0.0.1:${port}/`
)

/** As a long statement does. */
const block = (millis: number) => Effect.sync(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis))

describe("a connection that the other end closed while nobody looked", () => {
  it.scopedLive("is not written to: what is sent on it may have been done or not", () =>
    Effect.gen(function* () {
      const url = yield* serve
      const client = yield* UndiciClient.make()
      const call = (request: HttpClientRequest.HttpClientRequest) => client.execute(request).pipe(Effect.flatMap(({ text }) => text))
      yield* call(HttpClientRequest.get(url))
      yield* call(HttpClientRequest.get(url))
      yield* block(600)
      assert.strictEqual(yield* call(HttpClientRequest.post(url)), "{}")
    })
  )
})
