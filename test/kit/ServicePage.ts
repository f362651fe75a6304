/** A built `serve` with its page, over sandboxes on sockets, and something held that waits for a decision. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import * as Http from "node:http"
import { join } from "node:path"
import * as Installed from "./Installed.ts"

export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** One request, sent as it is: its host and origin may be any. */
export const ask = (url: string, { form, headers = {}, method = form === undefined ? "GET" : "POST" }: Asking = {}): Effect.Effect<Answer> =>
  Effect.async((resume) => {
    const body = form === undefined ? "" : new URLSearchParams(form).toString()
    const type = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) }
    const request = Http.request(url, { method, headers: { ...type, ...headers } }, (incoming) => {
      let text = ""
      incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
      incoming.once("end", () => resume(Effect.succeed({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text })))
    })
    request.once("error", (error) => resume(Effect.die(error)))
    request.end(body)
  })

export interface Service {
  readonly acme: Installed.Desk
  readonly cstar: Installed.Team
  readonly installed: Installed.Installed
  /** Starts it and answers its address, without a slash at the end, and the link that `--open` printed. It ends with the scope. */
  readonly start: (
    args: ReadonlyArray<string>,
    env?: Readonly<Record<string, string>>
  ) => Effect.Effect<{ readonly url: string; readonly link: string }, never, Scope.Scope>
}

/** A name that would be code where it is not escaped. */
export const hostile = `<img src=x onerror="document.title='broken'">`

/** Twelve customers with a tag, ten of whom lose it: more than the limit of five. `more` follows what the config holds. */
export const held = (more = "") =>
  Effect.gen(function* () {
    const { acme, cstar } = yield* Installed.tagged(12, hostile)
    const syncs = `  customers:\n    from: zendesk\n    to: cstar\n    rules: [{ kind: tag }]\n    guards: { removals: 5 }\n    schedule: "0 0 1 1 *"\n`
    const installed = yield* Installed.make({ sources: { zendesk: acme }, targets: { cstar }, syncs })
    assert.strictEqual((yield* installed.run(["sync", "--yes"])).code, 0)
    for (let id = 1; id <= 10; id++) acme.edits.untag(String(id), hostile)
    assert.strictEqual((yield* installed.run(["sync", "--yes"])).code, 3)
    installed.write("groupbridge.yaml", `${readFileSync(join(installed.dir, "groupbridge.yaml"), "utf8")}${more}`)
    const start: Service["start"] = (args, env = {}) =>
      Effect.gen(function* () {
        let [stderr, isOver] = ["", false]
        const fiber = yield* Effect.fork(
          installed.run(["serve", ...args], {
            env,
            patience: 240_000,
            interruptWhen: () => isOver,
            signalOn: (written) => {
              stderr = written
              return null
            }
          })
        )
        yield* Effect.addFinalizer(() => {
          isOver = true
          return Fiber.await(fiber)
        })
        const started = args.includes("--open") ? /once: \S+\n/ : /the page is at \S+\n/
        while (!started.test(stderr) && (yield* Fiber.poll(fiber))._tag === "None") yield* Effect.sleep("50 millis")
        const url = /the page is at (\S+)\//.exec(stderr)?.[1] ?? assert.fail(`no page: ${stderr}`)
        return { url, link: /once: (\S+)/.exec(stderr)?.[1] ?? "" }
      })
    return { acme, cstar, installed, start } satisfies Service
  })

/** Opens a session by its link. Answers its cookie, and the secret of its forms. */
export const open = (url: string, link: string) =>
  Effect.gen(function* () {
    const { headers } = yield* ask(link)
    const cookie = (headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? ""
    const { body } = yield* ask(url, { headers: { cookie } })
    return { cookie, body, secret: /name="secret" value="([^"]+)"/.exec(body)?.[1] ?? "" }
  })
