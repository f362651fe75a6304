/** What making a lost state anew costs and what came of it, for people; and whom no source confirms, as CSV. */
import type { Outlook, Rebuilt } from "../operate/Rebuild.ts"
import type { Unconfirmed } from "../operate/RebuildStore.ts"
import * as Escape from "./Escape.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as Wording from "./Wording.ts"

/** "6,032 groups in cstar carry the mark of state 7f3a". */
export const found = ({ marked }: Outlook, lineage: string): string => {
  const own = marked.filter((one) => one.lineage === lineage)
  const where = own.map(({ groups, target }) => `${Wording.plural(groups, "group")} in ${Terminal.visible(target)}`).join(" and ")
  return `${where} carr${own.length === 1 && own[0]?.groups === 1 ? "ies" : "y"} the mark of state ${Terminal.visible(lineage)}`
}

export const price = ({ marked, seconds }: Outlook, lineage: string): string => {
  const calls = marked.filter((one) => one.lineage === lineage).reduce((sum, one) => sum + one.calls, 0)
  return `Reading their members takes ${Wording.plural(calls, "call")}, about ${Times.duration(seconds * 1000)}; then the sources are read once`
}

export const done = (lineage: string, { adopted, found: unconfirmed, groups, incomplete, twice }: Rebuilt, list: string | null, kept: string | null): string =>
  `${[
    `State ${Terminal.visible(lineage)} is in place again: ${Wording.plural(groups, "group")} made by us, ${Wording.plural(adopted, "membership")} that a source confirms. Nothing was written to any vendor.`,
    ...(unconfirmed === 0
      ? ["Every member of these groups is confirmed by a source."]
      : [
          `${Wording.plural(unconfirmed, "membership")} ${unconfirmed === 1 ? "is" : "are"} confirmed by no source: who left in between, or was put in by hand. Nobody of them is removed${list === null ? "." : `; look through ${Terminal.visible(list, 300)}, and take out by hand who should go.`}`
        ]),
    ...incomplete.map((text) => `A source was not read to its end, so that more may be confirmed later: ${Terminal.visible(text, 300)}`),
    ...twice.map((name) => `Two groups carry the same mark, so neither counts as ours: ${Wording.quoted(name)}`),
    ...(kept === null ? [] : [`The file that was there is kept as ${Terminal.visible(kept, 300)}.`]),
    "Decisions, held parts and past runs are lost with the old file.  Next: groupbridge plan"
  ].join("\n")}\n`

export const writeCsv = async (rows: Sink.Rows<Unconfirmed>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Escape.csvLine(["target", "group", "groupId", "email", "name", "customerId"]))
  for await (const row of rows) await out.write(Escape.csvLine([row.target, row.group, row.groupId, row.email, row.name, row.customerId]))
  await out.flush()
}
