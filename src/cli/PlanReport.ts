/** Plans in the form that was asked for: on standard output, and in a file. */
import * as Effect from "effect/Effect"
import { extname } from "node:path"
import * as PlanFile from "../plan/PlanFile.ts"
import * as PlanCsv from "../report/PlanCsv.ts"
import * as PlanPage from "../report/page/PlanPage.ts"
import * as PrivateFile from "../contract/PrivateFile.ts"
import type { PlanInput } from "../report/PlanInput.ts"
import * as PlanJson from "../report/PlanJson.ts"
import * as PlanMarkdown from "../report/PlanMarkdown.ts"
import * as PlanText from "../report/PlanText.ts"
import type { Sink } from "../report/Sink.ts"
import { DEFAULT_WIDTH, type View } from "../report/View.ts"
import * as Invocation from "./Invocation.ts"
import type { WriteFailed } from "./Output.ts"
import type { Planned, PlanOptions } from "./PlanOptions.ts"
import { UsageError } from "./UsageError.ts"

export type Format = "text" | "json" | "markdown" | "csv" | "html"

const endings: Readonly<Record<string, Format>> = {
  ".txt": "text",
  ".json": "json",
  ".md": "markdown",
  ".markdown": "markdown",
  ".csv": "csv",
  ".html": "html"
}

/** What goes to standard output, and what into which file. */
export interface Forms {
  readonly shown: Format
  readonly report: { readonly file: string; readonly format: Format } | null
  readonly all: boolean
}

/** With a report file `--format` is the file's; without, what is shown. */
export const forms = ({ format, report, json, all = false }: PlanOptions): Effect.Effect<Forms, UsageError> => {
  const asked = format as Format | undefined
  if (report === undefined) {
    if (json === true && asked !== undefined && asked !== "json")
      return Effect.fail(new UsageError({ message: `--json and --format ${asked} contradict each other; give one of them` }))
    return Effect.succeed({ shown: json === true ? "json" : (asked ?? "text"), report: null, all })
  }
  const found = asked ?? endings[extname(report).toLowerCase()]
  if (found === undefined)
    return Effect.fail(
      new UsageError({ message: `--report ${report}: its ending tells no format; end it in ${Object.keys(endings).join(", ")} or add --format` })
    )
  return Effect.succeed({ shown: json === true ? "json" : "text", report: { file: report, format: found }, all })
}

const nothing: ReadonlyArray<never> = []

const write = async (
  { environment, redactor }: Invocation.Invocation,
  planned: ReadonlyArray<Planned>,
  format: Format,
  view: View,
  sink: Sink
): Promise<void> => {
  const inputs = planned.map(({ plan, spool }): PlanInput => ({ plan, changes: spool === null ? nothing : PlanFile.readChanges(spool) }))
  switch (format) {
    case "text":
      for (const [index, input] of inputs.entries()) {
        if (index > 0) await sink("\n")
        await PlanText.write(input, view, sink)
      }
      return
    case "json":
      return PlanJson.write(inputs, sink)
    case "markdown":
      return PlanMarkdown.write(inputs, view, sink)
    case "csv":
      return PlanCsv.write(inputs, sink)
    case "html":
      return PlanPage.write(inputs, view, { script: environment.pageScript("page"), redact: redactor.redact }, sink)
  }
}

/** Written beside its place and moved there when it is whole, readable by its owner alone: it names customers. */
export const writeFile = (file: string, redact: (text: string) => string, body: (sink: Sink) => Promise<void>): Promise<void> =>
  PrivateFile.replace(file, (write) => body((chunk) => write(redact(chunk))))

export const print = (
  invocation: Invocation.Invocation,
  planned: ReadonlyArray<Planned>,
  { shown, report, all }: Forms
): Effect.Effect<void, WriteFailed | UsageError> =>
  Effect.gen(function* () {
    const view = yield* Invocation.view(invocation, all)
    if (report !== null) {
      const { file, format } = report
      const paper: View = { ...view, color: false, width: DEFAULT_WIDTH }
      yield* Effect.tryPromise({
        try: () => writeFile(file, invocation.redactor.redact, (sink) => write(invocation, planned, format, paper, sink)),
        catch: (cause) => new UsageError({ message: `the report ${file} could not be written: ${cause instanceof Error ? cause.message : String(cause)}` })
      })
      invocation.output.note(`The report is in ${file}.`)
    }
    yield* invocation.output.print((sink) => write(invocation, planned, shown, view, sink))
  })
