/** `explain CUSTOMER [GROUP]`: why somebody has, or has not, a group. Looks at the state alone. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as ExplainAdvice from "../report/ExplainAdvice.ts"
import * as ExplainText from "../report/ExplainText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Explain from "../run/Explain.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Person from "./Person.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const about =
  ({ environment }: Invocation.Invocation, { connections }: Config): Explain.Question["about"] =>
  (name) => {
    const connector = connections.get(name)?.connector ?? name
    const known = environment.connectors.get(connector)
    return {
      connector,
      record: known?.source?.declaration.customerWord ?? "customer",
      nameLength: known?.target?.declaration.groups.nameLength ?? null
    }
  }

const askBack = (question: Explain.Question, answer: Exclude<Explain.Answer, { readonly _tag: "Rows" }>) => {
  switch (answer._tag) {
    case "Nobody":
      return Person.nobody(question.customer)
    case "SeveralCustomers":
      return Effect.succeed(Person.several("groupbridge explain", question.customer, answer.persons))
    case "NoGroup":
      return Effect.succeed(
        new UsageError({
          message: `no group is known as ${JSON.stringify(Terminal.visible(question.group ?? ""))}; all groups of this customer:   groupbridge explain ${ExplainAdvice.typed(question.customer)}`
        })
      )
    case "SeveralGroups": {
      const lines = answer.groups.map(
        (group) =>
          `  groupbridge explain ${ExplainAdvice.typed(question.customer)} ${ExplainAdvice.typed(Explain.nameOf(group))}   ${Terminal.visible(group.name)}`
      )
      return Effect.succeed(
        new UsageError({
          message: `${JSON.stringify(Terminal.visible(question.group ?? ""))} may be ${answer.groups.length} groups; which?\n${Person.choices(lines)}`
        })
      )
    }
  }
}

const tell = (invocation: Invocation.Invocation, question: Explain.Question) =>
  Effect.gen(function* () {
    const answer = yield* Explain.explain(question)
    if (answer._tag !== "Rows") return yield* yield* askBack(question, answer)
    const { output, options } = invocation
    const view = yield* Invocation.view(invocation)
    if (options.json === true) return yield* output.text(ExplainText.json(answer.rows))
    const text =
      question.group === null ? ExplainText.list(answer.rows, question.customer, view) : answer.rows.map((row) => ExplainText.full(row, view)).join("")
    return yield* output.text(text)
  })

export const run = (load: Load, customer: string, group: string | undefined, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const question = { customer, group: group ?? null, syncs: [...config.syncs.values()], about: about(invocation, config) }
      yield* World.withStateToLook(invocation, config)(tell(invocation, question))
      return 0
    })
  )
