/** `generate`: writes what is generated from the declarations into the working folder: the editors' schema, and the tables of README.md. */
import * as Effect from "effect/Effect"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import * as JsonSchema from "../config/JsonSchema.ts"
import * as ConnectorsText from "../report/ConnectorsText.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"

const schemaFile = "groupbridge.schema.json"
const readme = "README.md"
const [begin, end] = ["<!-- connectors:begin -->", "<!-- connectors:end -->"]

const withTables = (text: string, tables: string): Effect.Effect<string, UsageError> => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) return Effect.fail(new UsageError({ message: `${readme} lacks the lines ${begin} and ${end}, between which the tables go` }))
  return Effect.succeed(`${text.slice(0, from + begin.length)}\n\n${tables}\n${text.slice(to)}`)
}

export const run = (load: Load, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, ({ environment, output }) =>
    Effect.gen(function* () {
      writeFileSync(schemaFile, `${JSON.stringify(JsonSchema.generate(environment.connectors), null, 2)}\n`)
      const written = [schemaFile]
      if (existsSync(readme)) {
        writeFileSync(readme, yield* withTables(readFileSync(readme, "utf8"), ConnectorsText.markdown([...environment.connectors.values()])))
        written.push(readme)
      }
      yield* output.text(`Written: ${written.join(", ")}\n`)
      return 0
    })
  )
