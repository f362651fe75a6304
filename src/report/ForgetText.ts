/** What erasing a person is about and what it leaves to do, for people. */
import type { Footprint } from "../operate/Erasure.ts"
import * as ShellWord from "./ShellWord.ts"
import * as Terminal from "./Terminal.ts"
import * as Wording from "./Wording.ts"

/** Places outside the state file that still name the person. */
export interface Elsewhere {
  /** Files with copies of the state. */
  readonly copies: ReadonlyArray<string>
  /** Lines of exceptions and map files, such as `exceptions.csv, line 2`. */
  readonly lines: ReadonlyArray<string>
  /** Connections in which the person is still a customer as far as we know. */
  readonly targets: ReadonlyArray<string>
}

const path = (file: string): string => Terminal.visible(file, 300)

/** "zendesk 3901 (anna@globex.com, Anna Novak)". */
const record = ({ connection, email, id, name }: Footprint["records"][number]): string => {
  const known = [email, name].flatMap((text) => (text === null || text === "" ? [] : [Terminal.visible(text)]))
  return `${Terminal.visible(`${connection} ${id}`)}${known.length === 0 ? "" : ` (${known.join(", ")})`}`
}

const staffRecord = ({ email, name, to }: Footprint["staff"][number]): string =>
  `staff of ${Terminal.visible(to)} (${[email, name].flatMap((text) => (text === null || text === "" ? [] : [Terminal.visible(text)])).join(", ")})`

/** One sentence of what would go. */
export const outlook = ({ history, memberships, records, staff, waiting }: Footprint): string =>
  `${[...records.map(record), ...staff.map(staffRecord)].join("; ")}: names, addresses, ids and fields would be erased from the state file, with ${Wording.plural(memberships, "membership")} that we know of, ${Wording.plural(waiting, "change")} that wait${waiting === 1 ? "s" : ""}, and their name in texts; ${Wording.plural(history, "change")} of the journal stay${history === 1 ? "s" : ""}, without a name`

/** Ends in a line end. `gone`: the bytes are gone too. */
export const done = ({ history, records, staff }: Footprint, { copies, lines, targets }: Elsewhere, gone: boolean): string =>
  `${[
    `Forgotten: ${Wording.plural(records.length + staff.length, "record")}. ${Wording.plural(history, "change")} of the journal keep${history === 1 ? "s" : ""} the number and no name. Nothing was changed at any vendor.`,
    ...(gone
      ? []
      : ["Another process reads the state file, so old bytes are still in what lies beside it (-wal) until that one is closed and the state is used again."]),
    ...(targets.length === 0
      ? []
      : [
          `Still a customer in ${targets.map((name) => Terminal.visible(name)).join(", ")}: the next look there reads them again. Delete them there, then forget them once more.`
        ]),
    ...lines.map((line) => `Still named in ${path(line)}: take that line out.`),
    ...(copies.length === 0
      ? []
      : [
          `Still named in ${Wording.plural(copies.length, "copy", "copies")} of the state. Make a new one, then delete these:   groupbridge state backup`,
          ...copies.map((file) => `  rm ${ShellWord.typed(file)}`)
        ]),
    "Saved plans, reports and mails made before are files of yours: look for the name there."
  ].join("\n")}\n`
