/** Notices and the heartbeat of the built command, at receivers on this machine. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import Sqlite from "better-sqlite3"
import { createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"
import * as Receivers from "../kit/Receivers.ts"

const rules = `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: [vip] }]
    guards: { emptiedGroups: 0 }
`

const world = Effect.gen(function* () {
  const [hook, slack, heartbeat, mailbox] = [yield* Receivers.webhook, yield* Receivers.webhook, yield* Receivers.webhook, yield* Receivers.mailbox]
  const { acme, cstar } = yield* Installed.tagged(3, "vip")
  const installed = yield* Installed.make({
    sources: { acme },
    targets: { cstar },
    syncs: `${rules}notify:
  - { webhook: "${hook.url}/in", secret: shared-secret-of-the-hook }
  - { slack: "${slack.url}/services/T0/B0" }
  - { email: ops@example.com, smtp: "${mailbox.url}", from: groupbridge@example.com }
heartbeat: "${heartbeat.url}/beat"
`
  })
  return { ...installed, acme, cstar, hook, slack, heartbeat, mailbox }
})

describe("notices", () => {
  it.scopedLive(
    "say what begins and what is over, signed, in counts and ids; what does not arrive waits and stops nothing",
    () =>
      Effect.gen(function* () {
        const { acme, heartbeat, hook, mailbox, run, slack } = yield* world
        assert.strictEqual((yield* run(["sync", "--quiet"])).code, 0)
        assert.deepStrictEqual([hook.received.length, slack.received.length, mailbox.mails.length, heartbeat.received.length], [0, 0, 0, 1])

        hook.answer.status = 503
        for (const id of ["1", "2", "3"]) acme.edits.untag(id, "vip")
        const held = yield* run(["sync", "--quiet"])
        assert.deepStrictEqual([held.code, held.stderr], [3, "notify, webhook: 1 not delivered, answered 503; tried again at the next run\n"])
        assert.strictEqual(JSON.parse(slack.received[0]?.body ?? "{}").text, "customers: H-1 holds: 3 leave. Next: groupbridge held H-1")
        assert.match(mailbox.mails[0] ?? "", /^To: ops@example\.com\r\nSubject: Groupbridge: customers: H-1 holds: 3 leave/m)
        assert.strictEqual(heartbeat.received.length, 2)

        hook.answer.status = 200
        assert.strictEqual((yield* run(["approve", "H-1", "--yes"])).code, 0)
        const over = yield* run(["sync", "--quiet"])
        assert.deepStrictEqual([over.code, over.stderr], [0, ""])
        const [, began, ended] = hook.received
        const { since, ...notice } = JSON.parse(began?.body ?? "{}")
        assert.match(since, /^\d{4}-.*Z$/)
        assert.deepStrictEqual(notice, {
          groupbridge: "notice/1",
          event: "began",
          problem: "held",
          sync: "customers",
          connection: null,
          id: "H-1",
          counts: { rows: 3, leave: 3, join: 0 },
          text: "H-1 holds: 3 leave",
          next: "groupbridge held H-1"
        })
        const signature = createHmac("sha256", "shared-secret-of-the-hook")
          .update(began?.body ?? "")
          .digest("hex")
        assert.strictEqual(began?.headers["x-groupbridge-signature"], `sha256=${signature}`)
        assert.deepInclude(JSON.parse(ended?.body ?? "{}"), { event: "ended", problem: "held", id: "H-1", next: null })
        const everything = JSON.stringify([hook.received, slack.received, mailbox.mails])
        assert.notMatch(everything, /c\d@x\.example|Customer \d/)

        acme.inject({ _tag: "Answer", response: { status: 401, headers: {}, body: "{}" } })
        assert.strictEqual((yield* run(["sync", "--quiet"])).code, 1)
        assert.strictEqual(heartbeat.received.length, 3, "a run that read nothing has no heartbeat")
        assert.deepInclude(JSON.parse(hook.received.at(-1)?.body ?? "{}"), { event: "began", problem: "failed", connection: "acme" })
      }),
    2 * Installed.patience
  )

  it.scopedLive(
    "say once that the config does not load, that it does again, and that the clock went back",
    () =>
      Effect.gen(function* () {
        const { dir, hook, run, write } = yield* world
        const file = join(dir, "groupbridge.yaml")
        const yaml = readFileSync(file, "utf8")
        const last = () => JSON.parse(hook.received.at(-1)?.body ?? "{}")
        assert.strictEqual((yield* run(["sync", "--quiet"])).code, 0)
        write("groupbridge.yaml", yaml.replace("kind: tag", "kind: tagg"))
        for (const _ of [1, 2]) assert.strictEqual((yield* run(["sync", "--quiet"])).code, 64)
        assert.strictEqual(hook.received.length, 1)
        assert.deepInclude(last(), { event: "began", problem: "config", sync: "customers", connection: null, next: "groupbridge check" })

        write("groupbridge.yaml", yaml)
        const db = new Sqlite(join(dir, ".groupbridge", "state.db"))
        db.exec("UPDATE run SET ended_at = ended_at + 40000000000")
        db.close()
        const again = yield* run(["sync", "--quiet"])
        assert.strictEqual(again.code, 0, again.stderr)
        const said = again.stdout.replaceAll(/\s+/g, " ")
        assert.include(said, "OVER: the config file loads again.")
        assert.match(said, /NEW: the clock went back: the state holds times up to 46\d days later than now/)
        const notices = hook.received.slice(1).map(({ body }) => JSON.parse(body))
        assert.sameDeepMembers(
          notices.map(({ event, problem }) => [event, problem]),
          [
            ["ended", "config"],
            ["began", "clock"]
          ]
        )
      }),
    Installed.patience
  )

  it.scopedLive(
    "are tried by notify --test, and addresses that others could read on the way are refused",
    () =>
      Effect.gen(function* () {
        const { hook, mailbox, run, slack, write } = yield* world
        slack.answer.status = 404
        const tried = yield* run(["notify", "--test"])
        assert.deepStrictEqual(
          [tried.code, tried.stdout],
          [1, "webhook: delivered\nslack: NOT DELIVERED, answered 404\nemail to ops@example.com: delivered\n"],
          tried.stderr
        )
        assert.deepInclude(JSON.parse(hook.received[0]?.body ?? "{}"), { groupbridge: "notice/1", problem: "test" })
        assert.strictEqual(mailbox.mails.length, 1)
        write("plain.yaml", `connections: { a: { connector: csv } }\nsyncs: { s: {} }\nnotify: [{ webhook: "http://hooks.example.com/x" }]\n`)
        const plain = yield* run(["--config", "plain.yaml", "check"])
        assert.deepStrictEqual([plain.code, /is no https:\/\/ address/.test(plain.stderr)], [64, true], plain.stderr)
      }),
    Installed.patience
  )
})
