/** The page of the built `serve` over HTTP: what it shows, what it measures, and who may decide. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"
import { ask, held, open } from "../kit/ServicePage.ts"

const decision = { part: "H-1", who: "Petra", reason: "left the plan", verdict: "approve" }
const sent = (url: string) => ({ origin: url, "sec-fetch-site": "same-origin" })

describe("the page of a service", () => {
  it.scopedLive(
    "shows syncs, what is held, and runs; answers probes and Prometheus; and lets none decide without a session",
    () =>
      Effect.gen(function* () {
        const { cstar, installed, start } = yield* held()
        const { link, url } = yield* start(["--open"])
        const page = yield* ask(url)
        assert.strictEqual(page.status, 200)
        assert.match(page.body, /H-1/)
        assert.match(page.body, /10 leave/)
        assert.match(page.body, /groupbridge approve H-1/, "who may only look is shown the command")
        assert.notMatch(page.body, /<form class="decide"/)
        assert.isFalse(page.body.includes("<img"), "a name is text")
        assert.match(page.headers["content-security-policy"] as string, /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-/)
        assert.match((yield* ask(`${url}/runs/r-1`)).body, /12 joined[^]*c1@x\.example/)
        assert.strictEqual((yield* ask(`${url}/runs/r-99`)).status, 404)
        assert.deepStrictEqual([(yield* ask(`${url}/healthz`)).body, (yield* ask(`${url}/readyz`)).body], ["ok\n", "ready\n"])
        const metrics = (yield* ask(`${url}/metrics`)).body
        assert.match(metrics, /^# TYPE groupbridge_held_changes gauge\ngroupbridge_held_changes\{sync="customers"\} 10$/m)
        assert.match(metrics, /^groupbridge_last_good_run_timestamp_seconds\{sync="customers"\} \d{10}/m)

        const before = cstar.held()
        for (const [what, status, headers] of [
          ["no session", 401, sent(url)],
          ["another site", 403, { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
          ["no word on where it comes from", 403, {}],
          ["a name of another site for this address", 421, { host: "evil.example" }]
        ] as const)
          assert.strictEqual((yield* ask(`${url}/decide`, { form: decision, headers })).status, status, what)
        assert.strictEqual((yield* ask(url, { headers: { host: "evil.example" } })).status, 421)
        assert.strictEqual((yield* ask(url, { headers: { "x-forwarded-for": "203.0.113.7" } })).status, 303, "what a proxy passes on needs a log-in")
        assert.strictEqual((yield* ask(url, { method: "DELETE" })).status, 405)
        assert.strictEqual((yield* ask(`${url}/decide`, { form: { ...decision, reason: "x".repeat(20_000) } })).status, 413)

        const session = yield* open(url, link)
        assert.strictEqual((yield* ask(link)).status, 401, "the link opens once")
        const { cookie, secret } = session
        assert.match(session.body, /<form class="decide"/)
        const headers = { cookie, ...sent(url) }
        assert.strictEqual((yield* ask(`${url}/decide`, { form: decision, headers })).status, 403, "without the secret of the form")
        assert.strictEqual((yield* ask(`${url}/decide`, { form: { ...decision, secret }, headers: { cookie, origin: "https://evil.example" } })).status, 403)
        assert.deepStrictEqual(cstar.held(), before, "nothing was decided yet")
        assert.match((yield* installed.run(["held"])).stdout, /H-1/)

        yield* ask(`${url}/decide`, { form: { ...decision, reason: " ", secret }, headers })
        assert.match((yield* ask(url, { headers: { cookie } })).body, /a decision needs your name, a reason/)
        assert.strictEqual((yield* ask(`${url}/decide`, { form: { ...decision, secret }, headers })).status, 303)
        let body = ""
        while (!/10 left/.test(body)) {
          yield* Effect.sleep("200 millis")
          ;({ body } = yield* ask(url, { headers: { cookie } }))
        }
        assert.deepStrictEqual(Object.values(cstar.held()).flat().length, 2)
        assert.match((yield* installed.run(["decisions"])).stdout, /approved H-1 +by Petra \(page\)@[^]*left the plan/)
        assert.notMatch((yield* ask(url)).body, /<article class="card"/)
        assert.strictEqual((yield* ask(`${url}/logout`, { form: { secret }, headers })).status, 303)
        assert.strictEqual((yield* ask(`${url}/decide`, { form: { ...decision, secret }, headers })).status, 401)
      }),
    Installed.patience
  )

  it.scopedLive(
    "is behind its token where it can be reached from elsewhere, and decides for a program that has it",
    () =>
      Effect.gen(function* () {
        const { cstar, installed, start } = yield* held(`serve:\n  listen: 0.0.0.0:0\n  token: \${PAGE_TOKEN}\n  hosts: [bridge.example.com]\n`)
        const refused = yield* installed.run(["serve"])
        assert.strictEqual(refused.code, 64)
        assert.match(refused.stderr, /PAGE_TOKEN\} is not set/)
        const token = "0123456789abcdef-token"
        const { url } = yield* start([], { PAGE_TOKEN: token })
        assert.strictEqual((yield* ask(url)).status, 303)
        assert.strictEqual((yield* ask(`${url}/metrics`)).status, 401)
        assert.strictEqual((yield* ask(`${url}/healthz`, { headers: { host: "10.1.2.3:8080" } })).status, 200, "probes ask by address")
        assert.strictEqual((yield* ask(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status, 200)
        assert.strictEqual((yield* ask(`${url}/metrics`, { headers: { authorization: "Bearer wrong" } })).status, 401)
        assert.strictEqual((yield* ask(`${url}/login`, { form: { token: "wrong" }, headers: sent(url) })).status, 401)
        const proxied = { host: "bridge.example.com", origin: "https://bridge.example.com", "x-forwarded-proto": "https" }
        const login = yield* ask(`${url}/login`, { form: { token }, headers: proxied })
        assert.strictEqual(login.status, 303)
        assert.match(login.headers["set-cookie"]?.[0] ?? "", /HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/)
        const done = yield* ask(`${url}/decide`, { form: { ...decision, verdict: "reject" }, headers: { authorization: `Bearer ${token}` } })
        assert.deepStrictEqual([done.status, done.body.startsWith("H-1 is rejected: its 10 changes stay undone")], [200, true], done.body)
        assert.strictEqual(Object.values(cstar.held()).flat().length, 12)
      }),
    Installed.patience
  )

  it.scopedLive(
    "is refused by the config where it would be open to others",
    () =>
      Effect.gen(function* () {
        const { installed } = yield* held(`serve:\n  listen: 0.0.0.0:8080\n`)
        const { code, stderr } = yield* installed.run(["serve"])
        assert.strictEqual(code, 64)
        assert.match(stderr, /groupbridge\.yaml:21:\d+ +0\.0\.0\.0 can be reached from other machines, so token: is needed/)
      }),
    Installed.patience
  )
})
