/** What happens to an answer on its way: real sockets, real proxies, and bytes as servers send them. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Net from "node:net"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import * as ConnectionFailure from "../../src/http/ConnectionFailure.ts"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as ProxyChoice from "../../src/http/ProxyChoice.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import { TransportFailure } from "../../src/http/TransportFailure.ts"
import * as UndiciClient from "../../src/http/UndiciClient.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"

/** A server that answers each request it is sent with the next of these bytes, and then ends the connection; the last is given again and again. */
const server = (answers: ReadonlyArray<Uint8Array | string>) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<{ readonly listener: Net.Server; readonly asked: Array<string> }>((resolve) => {
            const asked: Array<string> = []
            const listener = Net.createServer((socket) => {
              socket.on("error", () => {})
              socket.once("data", (data) => {
                asked.push(String(data))
                socket.end(answers[Math.min(asked.length, answers.length) - 1] ?? "")
              })
            })
            listener.listen(0, "127.0.0.1", () => resolve({ listener, asked }))
          })
      ),
      ({ listener }) => Effect.promise(() => new Promise((resolve) => listener.close(resolve)))
    ),
    ({ asked, listener }) => {
      const address = listener.address()
      return { asked, port: address === null || typeof address === "string" ? 0 : address.port }
    }
  )

const vendor = (port: number, maxBytes = 100_000) =>
  Effect.gen(function* () {
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const client = yield* Effect.mapError(UndiciClient.make({}), (words) => new Error(words))
    const context = { name: "acme", client, pacer, redactor: SecretRedactor.make() }
    return yield* LiveVendorClient.make(context, { baseUrl: `http://127.0.0.1:${port}`, headers: {}, retries: 2, maxBytes })
  })

const Group = Schema.Struct({ name: Schema.String })
const whole = (body: Uint8Array, encoding: string) =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.byteLength}\r\n\r\n`), body])
const closed = (body: string, headers = "") => `HTTP/1.1 200 OK\r\nconnection: close\r\n${headers}\r\n${body}`
const text = JSON.stringify({ name: "Žižkov" })

describe("an answer that is compressed", () => {
  const forms: ReadonlyArray<readonly [name: string, body: Uint8Array, encoding: string]> = [
    ["gzip", gzipSync(text), "gzip"],
    ["brotli", brotliCompressSync(text), "br"],
    ["deflate", deflateSync(text), "deflate"],
    ["deflate without a header", deflateRawSync(text), "deflate"],
    ["gzip within brotli", brotliCompressSync(gzipSync(text)), "gzip, br"],
    ["identity", Buffer.from(text), "identity"]
  ]
  for (const [name, body, encoding] of forms) {
    it.scopedLive(`is read: ${name}`, () =>
      Effect.gen(function* () {
        const { asked, port } = yield* server([whole(body, encoding)])
        const answer = yield* (yield* vendor(port)).read({ path: "/", schema: Group })
        assert.deepStrictEqual(answer.body, { name: "Žižkov" })
        assert.match(asked[0] ?? "", /accept-encoding: gzip, deflate, br\r\n/i)
      })
    )
  }

  const bad: ReadonlyArray<readonly [name: string, answer: Uint8Array, reason: string, detail: RegExp, calls: number]> = [
    ["a bomb", whole(gzipSync("x".repeat(1_000_000)), "gzip"), "Malformed", /larger than 100000 bytes/, 1],
    ["an encoding nobody asked for", whole(Buffer.from(text), "zstd"), "Malformed", /content encoding zstd/, 1],
    ["no gzip at all", whole(Buffer.from(text), "gzip"), "Malformed", /said to be gzip and is not/, 1],
    ["gzip cut in its middle", whole(gzipSync(text).subarray(0, 20), "gzip"), "Unavailable", /broke off/, 3],
    ["no UTF-8", whole(Buffer.from('{"name":"caf\xe9"}', "latin1"), "identity"), "Malformed", /not UTF-8/, 1]
  ]
  for (const [name, answer, reason, detail, calls] of bad) {
    it.scopedLive(`is no success: ${name}`, () =>
      Effect.gen(function* () {
        const { asked, port } = yield* server([answer])
        const error = yield* Effect.flip((yield* vendor(port)).read({ path: "/", schema: Group }))
        assert.deepStrictEqual([error._tag === "ConnectorError" ? error.reason : "", asked.length], [reason, calls])
        assert.match(error.message, detail)
      })
    )
  }
})

describe("a body that the closing of the connection cut", () => {
  const cuts: ReadonlyArray<readonly [name: string, answer: string]> = [
    ["in its middle", closed('{"name":')],
    ["before its beginning", closed("")],
    ["in a chunk", closed('10\r\n{"name":', "transfer-encoding: chunked\r\n")],
    ["between chunks", closed('8\r\n{"name":\r\n', "transfer-encoding: chunked\r\n")],
    ["before its length", closed('{"name":', "content-length: 100\r\n")]
  ]
  for (const [name, answer] of cuts) {
    it.scopedLive(`is a lost answer: a read is repeated, a write never (${name})`, () =>
      Effect.gen(function* () {
        const reads = yield* server([answer, closed(text)])
        assert.deepStrictEqual((yield* (yield* vendor(reads.port)).read({ path: "/", schema: Group })).body, { name: "Žižkov" })
        assert.strictEqual(reads.asked.length, 2)
        const writes = yield* server([answer])
        const lost = yield* Effect.flip((yield* vendor(writes.port)).write("POST", { path: "/", body: {}, schema: Group }))
        assert.deepInclude(lost, { reason: "Unavailable", effect: "unknown" })
        assert.strictEqual(writes.asked.length, 1)
      })
    )
  }
})

describe("a proxy", () => {
  const failure = (env: ProxyChoice.Variables, url: string) =>
    Effect.gen(function* () {
      const client = yield* UndiciClient.make(env)
      const error = yield* Effect.flip(client.execute(HttpClientRequest.get(url)))
      if (!(error.cause instanceof TransportFailure)) return assert.fail(String(error))
      return error.cause
    })

  it.scopedLive("carries calls to a vendor, and is left out for what NO_PROXY names and for this machine itself", () =>
    Effect.gen(function* () {
      const proxy = yield* server(["HTTP/1.1 407 Who are you\r\n\r\n"])
      const env = { HTTPS_PROXY: `http://user:canary@127.0.0.1:${proxy.port}`, NO_PROXY: "other.invalid, .internal.invalid:443" }
      const refused = yield* failure(env, "https://vendor.invalid/x")
      assert.match(refused.words, new RegExp(`refused the connection with status 407, .* \\(through the proxy 127\\.0\\.0\\.1:${proxy.port}\\)$`))
      assert.deepStrictEqual([refused.reached, refused.words.includes("canary")], [false, false])
      assert.match(proxy.asked[0] ?? "", /^CONNECT vendor\.invalid:443 [\s\S]*proxy-authorization: Basic /i)
      for (const host of ["other.invalid", "sub.internal.invalid"]) {
        assert.match((yield* failure(env, `https://${host}/`)).words, new RegExp(`(host not found|could not be looked up): ${host}$`))
      }
      assert.match((yield* failure({ HTTP_PROXY: env.HTTPS_PROXY }, "http://127.0.0.1:9/")).words, /^connection refused$/)
      assert.strictEqual(proxy.asked.length, 1)
    })
  )

  it.scopedLive("leaves the headers of a request as they are: requests without headers share one object", () =>
    Effect.gen(function* () {
      const proxy = yield* server(["HTTP/1.1 407 Who are you\r\n\r\n"])
      yield* failure({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }, "https://vendor.invalid/x")
      assert.deepStrictEqual({ ...HttpClientRequest.get("https://other.invalid/").headers }, {})
    })
  )

  it.scopedLive("is named, and its own host, where it cannot be reached", () =>
    Effect.gen(function* () {
      assert.match(
        (yield* failure({ https_proxy: "127.0.0.1:9" }, "https://vendor.invalid/")).words,
        /^connection refused \(through the proxy 127\.0\.0\.1:9\)$/
      )
      const unknown = yield* failure({ HTTPS_PROXY: "http://proxy.invalid:3128" }, "https://vendor.invalid/")
      assert.match(unknown.words, /: proxy\.invalid \(through the proxy proxy\.invalid:3128\)$/)
    })
  )

  const choices: ReadonlyArray<readonly [env: ProxyChoice.Variables, url: string, proxy: string | null]> = [
    [{}, "https://a.example", null],
    [{ HTTPS_PROXY: "http://p:1" }, "https://a.example", "p:1"],
    [{ https_proxy: "http://q:1", HTTPS_PROXY: "http://p:1" }, "https://a.example", "q:1"],
    [{ HTTP_PROXY: "http://p:1" }, "https://a.example", "p:1"],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, "https://a.example", null],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "example" }, "https://a.example", null],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "b.example a.example:8443" }, "https://a.example", "p:1"],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "ample" }, "https://a.example", "p:1"],
    [{ HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1" }, "http://localhost:8080", null],
    [{ HTTPS_PROXY: "" }, "https://a.example", null]
  ]
  for (const [env, url, proxy] of choices) {
    it(`${JSON.stringify(env)} sends ${url} ${proxy === null ? "straight" : `through ${proxy}`}`, () => {
      assert.strictEqual(Either.getOrThrow(ProxyChoice.read(env)).of(new URL(url)), proxy)
    })
  }

  it("that is no http proxy is refused without its password", () => {
    const read = Either.flip(ProxyChoice.read({ HTTPS_PROXY: "socks5://user:canary@p:1" }))
    assert.match(Either.getOrThrow(read), /^HTTPS_PROXY is not the URL of an http or https proxy/)
  })
})

describe("a certificate that is not trusted", () => {
  const cases: ReadonlyArray<readonly [code: string, certificates: string | undefined, words: RegExp]> = [
    ["SELF_SIGNED_CERT_IN_CHAIN", undefined, /^TLS certificate of a\.example is self-signed; .*name a file .* in NODE_EXTRA_CA_CERTS$/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "/etc/acme.pem", /not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\); NODE_EXTRA_CA_CERTS names \/etc\/acme\.pem/],
    ["CERT_HAS_EXPIRED", undefined, /^TLS certificate of a\.example has expired$/]
  ]
  for (const [code, certificates, words] of cases) {
    it(`names NODE_EXTRA_CA_CERTS where it helps: ${code}`, () => {
      const failure = ConnectionFailure.of(Object.assign(new Error("tls"), { code }), { host: "a.example", proxy: null, certificates })
      assert.match(failure.words, words)
      assert.deepStrictEqual([failure.reached, failure.passing], [false, false])
    })
  }
})
