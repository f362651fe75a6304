/** What the state knows of staff, for an export. */
import { flag, iso, type Kind, part, run } from "./ExportKind.ts"

/** The person of a row `a` of staff, by the target's own id. */
const who = { target: "n.name", email: "p.email", name: "p.name", member: "p.member" }
const ofStaff = `JOIN team_person p ON p.id = a.person JOIN connection n ON n.id = p.connection
  LEFT JOIN connection k ON k.id = a.source`

const source = { source: "k.name", agent: "a.agent" }

export const kinds: ReadonlyArray<Kind> = [
  {
    kind: "teamPerson",
    members: {
      target: "n.name",
      email: "a.email",
      name: "a.name",
      member: "a.member",
      origin: "a.origin",
      place: "a.place",
      role: "a.role",
      roles: "a.roles",
      ...source,
      changedAt: iso("a.changed_at")
    },
    from: "team_person a JOIN connection n ON n.id = a.connection LEFT JOIN connection k ON k.id = a.source",
    key: ["a.id"]
  },
  {
    kind: "teamHeldRow",
    members: { part: part("a.part"), op: "a.op", ...who, role: "a.role", was: "a.was", cause: "a.cause", ...source },
    from: `team_held a ${ofStaff}`,
    key: ["a.part", "a.op", "a.person"]
  },
  {
    kind: "teamRefused",
    members: { op: "a.op", ...who, role: "a.role", reason: "a.reason", attempts: "a.attempts", nextAt: iso("a.next_at") },
    from: "team_refused a JOIN team_person p ON p.id = a.person JOIN connection n ON n.id = p.connection",
    key: ["a.op", "a.person"]
  },
  {
    kind: "teamChange",
    members: {
      run: run("a.run"),
      op: "a.op",
      ...who,
      role: "a.role",
      was: "a.was",
      cause: "a.cause",
      ...source,
      approved: flag("a.approved"),
      part: `CASE WHEN a.part IS NULL THEN NULL ELSE ${part("a.part")} END`,
      state: "a.state",
      settledAt: iso("a.settled_at")
    },
    from: `team_planned a ${ofStaff}`,
    key: ["a.run", "a.person", "a.op"]
  },
  {
    kind: "teamCall",
    members: {
      id: "a.id",
      run: run("a.run"),
      op: "a.op",
      ...who,
      sentAt: iso("a.intent_at"),
      answeredAt: iso("a.answered_at"),
      outcome: "a.outcome",
      detail: "a.detail"
    },
    from: "team_call a JOIN team_person p ON p.id = a.person JOIN connection n ON n.id = p.connection",
    key: ["a.id"]
  }
]
