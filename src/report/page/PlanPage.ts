/**
 * Plans as one self-contained page: it opens from a file, asks for nothing, is readable without its script, and takes a million rows. Changes are read
 * twice, so that what stands above the table can be written before it and memory stays flat in their number.
 */
import * as Escape from "../Escape.ts"
import type { PlanInput } from "../PlanInput.ts"
import * as Sink from "../Sink.ts"
import * as Terminal from "../Terminal.ts"
import type { View } from "../View.ts"
import * as Closing from "./Closing.ts"
import * as Frame from "./Frame.ts"
import * as HeldCards from "./HeldCards.ts"
import * as PageTable from "./PageTable.ts"
import * as Pictures from "./Pictures.ts"
import * as Survey from "./Survey.ts"
import * as Verdict from "./Verdict.ts"

export interface PageOptions {
  /** The script, as `npm run build` bundles it from `browser/`. */
  readonly script: string
  /** Cleans texts that are packed before they leave, where the sink's redaction cannot see into them. */
  readonly redact: (text: string) => string
}

const title = (inputs: ReadonlyArray<PlanInput>): string =>
  inputs.length === 1 ? `Plan of ${Terminal.visible(inputs[0]?.plan.sync ?? "")}` : `Plans of ${inputs.length} syncs`

/** Writes the page. */
export const write = async (inputs: ReadonlyArray<PlanInput>, view: View, { redact, script }: PageOptions, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Frame.opening(title(inputs), "a dry run by Groupbridge", script, view))
  if (inputs.length > 1) await out.write(contents(inputs))
  await out.write(`<main>\n`)
  const surveys: Array<Survey.Survey> = []
  for (const [index, input] of inputs.entries()) surveys.push(await one(input, view, `s${index}`, out))
  await out.write(`</main>\n`)
  for (const [index, input] of inputs.entries()) {
    const survey = surveys[index]
    if (survey !== undefined) await PageTable.writeRows(input, survey, redact, `s${index}`, out)
  }
  await out.write(`<script>${script}</script>\n</body>\n</html>\n`)
  await out.flush()
}

const contents = (inputs: ReadonlyArray<PlanInput>): string =>
  `<nav aria-label="Syncs"><ul>${inputs.map(({ plan }, index) => `<li><a href="#s${index}">${Escape.html(Terminal.visible(plan.sync))}</a></li>`).join("")}</ul></nav>\n`

const one = async (input: PlanInput, view: View, prefix: string, out: Sink.Writer): Promise<Survey.Survey> => {
  const { plan } = input
  const survey = await Survey.make(input, view)
  const data = survey.dictionaries.data(survey.rows)
  await out.write(`<section class="sync" aria-labelledby="${prefix}">\n${Verdict.html(plan, survey.renames, view, prefix)}`)
  await out.write(HeldCards.html(plan.held, survey.samples, data, view, prefix))
  if (plan.error === null) {
    await out.write(Pictures.html(plan, survey, data))
    await PageTable.write(input, survey, view, prefix, out)
  }
  await out.write(`${Closing.html(plan, view)}</section>\n`)
  return survey
}
