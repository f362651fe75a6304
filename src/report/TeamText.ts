/** What is known of somebody of a team, for people and machines. */
import type { Known } from "../team/Staff.ts"
import * as Escape from "./Escape.ts"
import * as Terminal from "./Terminal.ts"

/** `sync` null: none of the config writes to that team any more. */
export interface TeamPerson {
  readonly to: string
  readonly sync: string | null
  readonly known: Known
}

const places: Readonly<Record<NonNullable<Known["place"]> | "none", string>> = {
  member: "is in the team",
  invited: "is invited to the team",
  out: "was in the team or invited to it before, and is not any more",
  none: "is not in the team"
}

/** Ends in a line end. */
export const person = ({ known: { email, name, noted, origin, place, source }, sync, to }: TeamPerson): string => {
  const who = `${Terminal.visible(email)}${name === null ? "" : ` (${Terminal.visible(name)})`}`
  const role = noted === null ? "" : `, as ${Terminal.visible(noted.role)} by the source`
  const by = origin === null ? "" : origin === "applied" ? "; invited by us" : "; not invited by us"
  const from = source === null ? "" : `; works at the source as ${Terminal.visible(`${source.connection} agent ${source.id}`)}, or did`
  const next = sync === null ? "groupbridge runs" : `groupbridge plan ${Terminal.visible(sync)}`
  return `${who} is staff, and no customer: ${places[place ?? "none"]} of ${Terminal.visible(to)}${role}${by}${from}.  Next: ${next}\n`
}

/** `{"staff":[{"to","sync","email","place",...}]}`. */
export const json = (people: ReadonlyArray<TeamPerson>): string => `${Escape.json({ staff: people.map(({ known, sync, to }) => ({ to, sync, ...known })) })}\n`
