/** A decision on a service's page: what its command does at a terminal, with what that prints as the answer. */
import * as Effect from "effect/Effect"
import type { Session } from "../serve/web/Sessions.ts"
import type { WebRequest } from "../serve/web/WebServer.ts"
import * as Approve from "./Approve.ts"
import * as CapturedOutput from "./CapturedOutput.ts"
import * as Invocation from "./Invocation.ts"
import * as Reject from "./Reject.ts"
import { redirect, type Served, text } from "./ServedViews.ts"
import * as Spool from "./Spool.ts"

/** So long a decision is waited for, in milliseconds, before the page says that it is under way. */
const patience = 3_000

/** Carries a decision out as its command does. Answers what that printed. */
const decided = (served: Served, form: URLSearchParams): Effect.Effect<string> =>
  Effect.gen(function* () {
    const { invocation } = served
    const [id, who, reason, verdict] = ["part", "who", "reason", "verdict"].map((name) => (form.get(name) ?? "").trim()) as [string, string, string, string]
    if (who === "" || reason === "" || (verdict !== "approve" && verdict !== "reject"))
      return "Nothing was decided: a decision needs your name, a reason, and approve or reject."
    const captured = CapturedOutput.make(invocation.output, served.news)
    const by = `${who.replaceAll("@", " at ")} (page)`
    const spool = Spool.make(`${by}@${invocation.host}`)
    const options = { ...invocation.options, json: false, yes: true, reason }
    const one: Invocation.Invocation = { ...invocation, options, output: captured.output, interactive: false, spool, who: by }
    const command = verdict === "approve" ? Approve.decide : Reject.decide
    yield* Effect.flatMap(served.config.current, (config) => command(one, config, id, options)).pipe(
      Effect.catchAll((error) => Effect.sync(() => captured.output.note(Invocation.words(error), "error"))),
      Effect.catchAllDefect(() =>
        Effect.sync(() =>
          captured.output.note("This failed for a reason that is a fault of the program: groupbridge approve, or reject, at a terminal says more.")
        )
      ),
      Effect.ensuring(Effect.sync(spool.remove))
    )
    return captured.text()
  }).pipe(Effect.scoped)

export const decide = (served: Served, session: Session | null, { form }: WebRequest) =>
  Effect.gen(function* () {
    if (session !== null) session.name = (form.get("who") ?? "").trim().slice(0, 80)
    const work = served.lock
      .withPermits(1)(decided(served, form))
      .pipe(
        Effect.tap((words) =>
          Effect.sync(() => {
            if (session !== null) session.notice = words
            served.news.changed()
          })
        )
      )
    // In the service's scope: it ends with the service, as a run of the schedule does, and not with the request.
    const fiber = yield* Effect.forkIn(work, served.scope)
    const words = yield* Effect.raceFirst(fiber.await, Effect.as(Effect.sleep(patience), null))
    if (session === null) return words === null ? text(202, "under way") : text(200, yield* fiber)
    if (words === null) session.notice = `${form.get("verdict") ?? ""} ${form.get("part") ?? ""} is under way; what came of it stands here when it is done.`
    return redirect("/")
  })
