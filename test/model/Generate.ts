/** Makes histories from seeds. The same seed makes the same history. */
import * as Chance from "../crash/Chance.ts"
import type { History, Start, Step } from "./History.ts"
import { type Fault, gaps, troubles } from "./Weather.ts"
import type { Config, Way } from "./World.ts"

const tags = ["vip", "gold", "plan_a", "churn", "beta"]

const sourcePaths = ["/users", "/organizations", "/organization_memberships"]
const targetPaths = ["/customer-groups", "/members", "/customers"]

const faultOf = (chance: Chance.Chance): Fault => {
  if (chance.happens(0.6)) {
    return {
      kind: "trouble",
      side: chance.happens(0.65) ? "target" : "source",
      what: chance.pick(troubles),
      from: 1 + chance.whole(14),
      times: chance.happens(0.75) ? 1 + chance.whole(3) : 40
    }
  }
  const what = chance.pick(gaps)
  const atTarget = what === "total too high" || what === "one row lost" || what === "row twice"
  return { kind: "gap", what, path: chance.pick(atTarget ? targetPaths : sourcePaths) }
}

const wayOf = (chance: Chance.Chance): Way => (chance.happens(0.65) ? "own" : chance.happens(0.6) ? "shared" : "none")

/** A file that says two things of one person and group is refused. */
const consistent = (exceptions: Config["exceptions"]): Config["exceptions"] =>
  [...new Map(exceptions.toReversed().map((one) => [`${one.email} ${one.tag}`, one])).values()].reverse()

const configOf = (chance: Chance.Chance, used: ReadonlyArray<string>, emails: ReadonlyArray<string>): Config => {
  const small = chance.happens(0.5)
  const exception = () => ({ email: chance.pick(emails), tag: chance.pick(used), what: chance.happens(0.5) ? ("always" as const) : ("never" as const) })
  return {
    organizations: wayOf(chance),
    tags: Object.fromEntries(used.map((tag) => [tag, wayOf(chance)])),
    prefix: "Plan",
    removals: chance.happens(0.75) ? "ours" : chance.happens(0.6) ? "all" : "never",
    drift: chance.pick(["ask", "ask", "restore", "accept"] as const),
    grace: chance.happens(0.6) ? { reads: 1, hours: 0 } : { reads: 1 + chance.whole(3), hours: chance.pick([0, 0, 3, 30]) },
    guards: small
      ? {
          removals: 1 + chance.whole(6),
          removalPercent: 5 + chance.whole(60),
          groupRemovalPercent: 20 + chance.whole(60),
          emptiedGroups: chance.whole(3),
          sourceShrink: 5 + chance.whole(30),
          additions: 3 + chance.whole(40),
          newGroups: 1 + chance.whole(6)
        }
      : {},
    ruleChange: chance.happens(0.75) ? "hold" : "apply",
    adoptNames: chance.happens(0.5),
    suspended: chance.happens(0.3) ? "exclude" : "include",
    exceptions: chance.happens(0.35) ? consistent(Array.from({ length: 1 + chance.whole(3) }, exception)) : [],
    lost: [],
    header: true
  }
}

const startOf = (chance: Chance.Chance, used: ReadonlyArray<string>): Start => {
  const people = Array.from({ length: 5 + chance.whole(chance.happens(0.6) ? 8 : 36) }, (_, index) => {
    const id = String(1001 + index)
    return {
      id,
      email: chance.happens(0.06) ? null : `c${id}@x.io`,
      suspended: chance.happens(0.06),
      tags: used.filter(() => chance.happens(0.35))
    }
  })
  const organizations = Array.from({ length: 2 + chance.whole(5) }, (_, index) => ({
    id: String(501 + index),
    name: `Organization ${501 + index}`,
    members: people.filter(() => chance.happens(0.3)).map(({ id }) => id)
  }))
  const known = people.flatMap(({ email }) => (email === null || chance.happens(0.12) ? [] : chance.happens(0.03) ? [email, email.toUpperCase()] : [email]))
  const some = () => known.map((_, index) => index).filter(() => chance.happens(0.4))
  const taken = chance.pick([
    ...organizations.map(({ id, name }) => ({ name, purpose: id })),
    ...used.map((tag) => ({ name: `Plan ${tag}`, purpose: `tag:${tag}` }))
  ])
  return {
    people,
    organizations,
    known: [...known, "stranger@x.io"],
    groups: [{ name: "Handmade", purpose: null, members: some() }, ...(chance.happens(0.45) ? [{ ...taken, members: some() }] : [])],
    pageSize: chance.pick([100, 100, 7, 3]),
    targetPage: chance.pick([100, 100, 4]),
    showsMarks: chance.happens(0.7),
    lag: chance.pick([0, 0, 0, 300, 1000, 4000])
  }
}

interface Cast {
  readonly chance: Chance.Chance
  readonly people: Array<string>
  readonly organizations: Array<string>
  readonly used: ReadonlyArray<string>
  readonly emails: ReadonlyArray<string>
}

const again = ({ organizations }: Pick<Cast, "organizations">, organization: string): ReadonlyArray<Step> => {
  const as = String(701 + organizations.length)
  organizations.push(as)
  return [{ do: "make organization again", organization, as }]
}

const edit = ({ chance, organizations, people, used }: Cast): ReadonlyArray<Step> => {
  const [person, organization, tag] = [chance.pick(people), chance.pick(organizations), chance.pick(used)]
  const dice = chance.whole(100)
  if (dice < 20) return [{ do: "untag", person, tag }]
  if (dice < 32) return [{ do: "tag", person, tag }]
  if (dice < 47) return [{ do: "leave", person, organization }]
  if (dice < 59) return [{ do: "join", person, organization }]
  if (dice < 64) return [{ do: "delete", person }]
  if (dice < 66) return [{ do: "merge", person, of: chance.pick(people) }]
  if (dice < 69) return [{ do: "staff", person }]
  if (dice < 73) return [{ do: chance.happens(0.6) ? "suspend" : "unsuspend", person }]
  if (dice < 78) return [{ do: "new address", person }]
  if (dice < 80) return [{ do: "no address", person }]
  if (dice < 82) return [{ do: "take address", person, of: chance.pick(people) }]
  if (dice < 84) return [{ do: "delete organization", organization }]
  if (dice < 86) return [{ do: "rename organization", organization }]
  if (dice < 87) return again({ organizations }, organization)
  if (dice < 89) return [{ do: "rename tag", tag, to: chance.pick(used) }]
  // Many at once: somebody's mistake.
  if (dice < 93) return people.filter(() => chance.happens(0.6)).map((one) => ({ do: "untag" as const, person: one, tag }))
  const id = String(2001 + people.length)
  people.push(id)
  return [{ do: "new person", person: id, tag, organization, known: chance.happens(0.8) }]
}

const byHand = ({ chance }: Cast): ReadonlyArray<Step> => {
  const [group, customer] = [chance.whole(1000), chance.whole(1000)]
  const dice = chance.whole(100)
  if (dice < 45) return [{ do: "put in", group, customer }]
  if (dice < 85) return [{ do: "take out", group, customer }]
  if (dice < 89) return [{ do: "rename group", group }]
  return [dice < 95 ? { do: "delete group", group } : { do: "delete customer", customer, again: chance.happens(0.5) }]
}

const reconfigure = ({ chance, used }: Cast): Step => {
  const dice = chance.whole(100)
  if (dice < 60) return { do: "configure", change: { tags: { [chance.pick(used)]: chance.pick(["none", "own", "shared"] as const) } } }
  if (dice < 75) return { do: "configure", change: { organizations: chance.pick(["none", "own", "shared"] as const) } }
  return { do: "configure", change: { prefix: chance.pick(["Plan", "Tag", "Level"]) } }
}

/** Lines that are lost are mostly put back, some time later. */
const editExceptions = ({ chance, emails, used }: Cast): ReadonlyArray<Step> => {
  const dice = chance.whole(100)
  if (dice < 50) return [{ do: "except", exception: { email: chance.pick(emails), tag: chance.pick(used), what: chance.happens(0.5) ? "always" : "never" } }]
  if (dice < 70) return [{ do: "no exception", line: chance.whole(10) }]
  return [dice < 90 ? { do: "lose exceptions", header: chance.happens(0.6) } : { do: "put exceptions back" }]
}

const renameInConfig = ({ chance }: Cast): Step =>
  chance.happens(0.4)
    ? { do: "rename source" }
    : { do: chance.happens(0.5) ? "rename target" : "rename sync", look: chance.happens(0.7), back: chance.happens(0.3) }

const running = ({ chance }: Cast): ReadonlyArray<Step> => {
  const fault = chance.happens(0.35) ? faultOf(chance) : null
  const killAt = chance.happens(0.14) ? 1 + chance.whole(70) : null
  const dice = chance.whole(100)
  if (dice < 62) return [{ do: "sync", depth: chance.pick(["usual", "usual", "counts", "full"] as const), fault, killAt }]
  if (dice < 68) return [{ do: "plan", fault }]
  if (dice < 73) return [{ do: "save plan" }]
  if (dice < 79) return [{ do: "apply", fault, killAt }]
  if (dice < 90) return [{ do: "approve", part: chance.whole(10), fault, killAt }]
  if (dice < 96) return [{ do: "reject", part: chance.whole(10) }]
  return [chance.happens(0.5) ? { do: "pause", hours: 1 + chance.whole(12) } : { do: "resume" }]
}

/** An undo that is killed is mostly begun again at once. */
const takingBack = ({ chance }: Cast): ReadonlyArray<Step> => {
  if (chance.happens(0.4)) return [{ do: "release", run: chance.whole(10) }]
  const killAt = chance.happens(0.3) ? 1 + chance.whole(40) : null
  const undo = { do: "undo" as const, run: chance.whole(10), fault: chance.happens(0.3) ? faultOf(chance) : null, killAt }
  return killAt !== null && chance.happens(0.7) ? [undo, { ...undo, fault: null, killAt: null }] : [undo]
}

/** Mostly a copy of now; one of before has mostly seen less than the target shows. */
const onOtherMachine = ({ chance }: Cast): Step => {
  if (chance.happens(0.3)) return { do: "copy state" }
  return {
    do: "other machine",
    copied: chance.happens(0.65) ? "now" : "before",
    killAt: chance.happens(0.2) ? 1 + chance.whole(50) : null,
    ends: chance.happens(0.7) ? "claim" : "move"
  }
}

export const history = (seed: number): History => {
  const chance = Chance.make(seed)
  const used = tags.slice(0, 2 + chance.whole(4))
  const start = startOf(chance, used)
  const emails = start.people.flatMap(({ email }) => (email === null ? [] : [email])).concat("stranger@x.io")
  const config = configOf(chance, used, emails)
  const cast = { chance, emails, people: start.people.map(({ id }) => id), organizations: start.organizations.map(({ id }) => id), used }
  const steps: Array<Step> = chance.happens(0.8) ? [{ do: "sync", depth: "usual", fault: null, killAt: null }] : []
  for (const length = 10 + chance.whole(31); steps.length < length;) {
    const dice = chance.whole(100)
    if (dice < 42) steps.push(...edit(cast))
    else if (dice < 55) steps.push(...byHand(cast))
    else if (dice < 58) steps.push(reconfigure(cast))
    else if (dice < 61) steps.push(...editExceptions(cast))
    else if (dice < 63) steps.push(renameInConfig(cast))
    else if (dice < 65) steps.push(onOtherMachine(cast))
    else if (dice < 68) steps.push({ do: "wait", hours: chance.pick([1, 1, 7, 7, 25, 170]) })
    else if (dice < 72) steps.push(...takingBack(cast))
    else steps.push(...running(cast))
  }
  return { seed, start, config, steps, ending: chance.happens(0.6) ? "approve" : "reject" }
}
