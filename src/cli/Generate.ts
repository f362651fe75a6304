/** `generate`: writes what is generated from the declarations into the working folder: the editors' schema, and documents with what they hold of it. */
import type { Command } from "commander"
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import * as JsonSchema from "../config/JsonSchema.ts"
import * as ConfigDocument from "../report/ConfigDocument.ts"
import * as ConnectorsText from "../report/ConnectorsText.ts"
import * as JsonDocuments from "../report/documents/JsonDocuments.ts"
import * as GuardsTable from "../report/GuardsTable.ts"
import * as ExitCodes from "../report/ExitCodes.ts"
import * as ManText from "../report/ManText.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import * as Completion from "./Completion.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"

const schemaFile = "groupbridge.schema.json"
const documentSchemas = "schemas"
const systemsDocument = "docs/systems.md"
const guardsDocument = "docs/guards.md"
const schemaDocument = "docs/state-schema.md"
const manualPage = "docs/groupbridge.1"
const configDocument = "docs/config.md"

/** Puts tables between the lines of a document that name them. */
const putTables = (file: string, name: string, tables: string): Effect.Effect<void, UsageError> => {
  const text = readFileSync(file, "utf8")
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) return Effect.fail(new UsageError({ message: `${file} lacks the lines ${begin} and ${end}, between which the tables go` }))
  return Effect.sync(() => writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${tables}\n${text.slice(to)}`))
}

export const run = (load: Load, program: Command, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, ({ environment, output }) =>
    Effect.gen(function* () {
      yield* environment.loadConnectors()
      writeFileSync(schemaFile, `${JSON.stringify(JsonSchema.generate(environment.connectors), null, 2)}\n`)
      const written = [schemaFile]
      mkdirSync(documentSchemas, { recursive: true })
      for (const [command, schema] of Object.entries(JsonDocuments.schemas())) {
        const file = `${documentSchemas}/${command}.schema.json`
        writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`)
        written.push(file)
      }
      if (existsSync("docs")) {
        const connectors = [...environment.connectors.values()]
        yield* putTables(systemsDocument, "connectors", ConnectorsText.markdown(connectors))
        yield* putTables(guardsDocument, "guards", GuardsTable.markdown())
        writeFileSync(schemaDocument, yield* environment.schemaDocument)
        // The version is the release's business: with it the page would differ from commit to commit.
        writeFileSync(manualPage, ManText.page(Completion.tree(program), { exitCodes: ExitCodes.meanings }))
        writeFileSync(configDocument, ConfigDocument.markdown(JsonSchema.generate(environment.connectors), connectors))
        written.push(systemsDocument, guardsDocument, schemaDocument, manualPage, configDocument)
      }
      yield* output.text(`Written: ${written.join(", ")}\n`)
      return 0
    })
  )
