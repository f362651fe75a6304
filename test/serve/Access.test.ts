/** Who may do what on the service's page, case by case. */
import { assert, describe, it } from "@effect/vitest"
import * as Access from "../../src/serve/web/Access.ts"

const local: Access.Listening = { isLoopback: true, local: new Set(["127.0.0.1:8080", "localhost:8080"]), hosts: new Set(["bridge.example.com"]) }
const open: Access.Listening = { ...local, isLoopback: false }

const reading: Access.Asked = {
  method: "GET",
  path: "/",
  host: "127.0.0.1:8080",
  origin: null,
  fetchSite: null,
  isForwarded: false,
  hasSession: false,
  hasFormSecret: false,
  hasToken: false
}
const session = { hasSession: true, hasFormSecret: true }
const own = { origin: "http://127.0.0.1:8080", fetchSite: "same-origin" }
const deciding: Access.Asked = { ...reading, method: "POST", path: "/decide", ...own, ...session }

const cases: ReadonlyArray<readonly [string, Access.Asked, Access.Listening, "Allowed" | "Login" | number]> = [
  ["read on this machine", reading, local, "Allowed"],
  ["read through a proxy that keeps our name", { ...reading, isForwarded: true }, local, "Login"],
  ["read under a proxy's name", { ...reading, host: "bridge.example.com" }, local, "Login"],
  ["read under a proxy's name in a session", { ...reading, host: "bridge.example.com", hasSession: true }, local, "Allowed"],
  ["read from elsewhere", reading, open, "Login"],
  ["read from elsewhere in a session", { ...reading, hasSession: true }, open, "Allowed"],
  ["read from elsewhere with the token", { ...reading, hasToken: true }, open, "Allowed"],
  ["the log-in from elsewhere", { ...reading, path: "/login" }, open, "Allowed"],
  ["a probe by address", { ...reading, host: "10.0.0.1:8080", path: "/healthz" }, open, "Allowed"],
  ["a probe that is no reading", { ...deciding, host: "10.0.0.1:8080", path: "/healthz" }, open, 421],
  ["a name that was pointed at us", { ...reading, host: "evil.example" }, local, 421],
  ["a name that was pointed at us, with the token", { ...reading, host: "evil.example", hasToken: true }, local, 421],
  ["no host", { ...reading, host: null }, local, 400],
  ["another method", { ...reading, method: "DELETE", hasToken: true }, local, 405],
  ["a decision", deciding, local, "Allowed"],
  ["a decision without the form's secret", { ...deciding, hasFormSecret: false }, local, 403],
  ["a decision without a session", { ...deciding, hasSession: false }, local, "Login"],
  ["a decision that another site sends", { ...deciding, origin: "https://evil.example", fetchSite: "cross-site" }, local, 403],
  ["a decision by another port of this machine", { ...deciding, origin: "http://127.0.0.1:9999", fetchSite: "same-site" }, local, 403],
  ["a decision of an origin that is hidden", { ...deciding, origin: "null", fetchSite: null }, local, 403],
  ["a decision of which nothing says where it comes from", { ...deciding, origin: null, fetchSite: null }, local, 403],
  ["a decision by a browser that sends no origin", { ...deciding, origin: null, fetchSite: "same-origin" }, local, "Allowed"],
  ["a decision by a program with the token", { ...reading, method: "POST", path: "/decide", hasToken: true }, open, "Allowed"],
  ["a log-in that another site sends", { ...deciding, path: "/login", hasSession: false, origin: "https://evil.example", fetchSite: "cross-site" }, open, 403]
]

describe("access to the page", () => {
  it.each(cases)("%s", (_, asked, listening, expected) => {
    const verdict = Access.judge(asked, listening)
    assert.strictEqual(verdict._tag === "Refused" ? verdict.status : verdict._tag, expected)
  })
})
