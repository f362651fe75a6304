/** Short histories, each about one thing that must never happen again; the random ones find the rest. */
import type { History, Start, Step } from "./History.ts"
import type { Fault } from "./Weather.ts"
import type { Config, Exception } from "./World.ts"

const address = (id: string) => `c${id}@x.io`

const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => String(1001 + index))

/** So many people, all known at the target; the first `members` of them are in the one organization. Nothing was there before us. */
const account = (people: number, members: number): Start => ({
  people: ids(people).map((id) => ({ id, email: address(id), suspended: false, tags: [] })),
  organizations: [{ id: "501", name: "Organization 501", members: ids(members) }],
  known: ids(people).map(address),
  groups: [],
  pageSize: 100,
  targetPage: 100,
  showsMarks: true,
  lag: 0
})

const usual: Config = {
  organizations: "own",
  tags: { vip: "own" },
  prefix: "Plan",
  removals: "ours",
  drift: "ask",
  grace: { reads: 1, hours: 0 },
  guards: {},
  ruleChange: "hold",
  adoptNames: false,
  suspended: "include",
  exceptions: [],
  lost: [],
  header: true
}

const sync: Step = { do: "sync", depth: "usual", fault: null, killAt: null }
const join = (person: string): Step => ({ do: "join", person, organization: "501" })
const leave = (person: string): Step => ({ do: "leave", person, organization: "501" })
const tag = (person: string): Step => ({ do: "tag", person, tag: "vip" })
const undo: Step = { do: "undo", run: 0, fault: null, killAt: null }
const machine: Step = { do: "other machine", copied: "now", killAt: null, ends: "claim" }
const nobodyShown: Fault = { kind: "gap", what: "nobody in any group", path: "/organizations" }
const killed = (killAt: number): Step => ({ ...sync, killAt })

const history = (start: Start, config: Partial<Config>, ...steps: ReadonlyArray<Step>): History => ({
  seed: 0,
  start,
  config: { ...usual, ...config },
  steps,
  ending: "approve"
})

const four = account(5, 4)
const stranger: Exception = { email: address("1005"), tag: "vip", what: "always" }
const kept: Exception = { email: address("1002"), tag: "vip", what: "never" }
const tagged = { ...four, people: four.people.map((one, index) => ({ ...one, tags: index < 2 ? ["vip"] : [] })) }

export const known: Readonly<Record<string, History>> = {
  "a refused list asks nothing": history(four, {}, sync, { ...sync, fault: { kind: "gap", what: "403", path: "/organization_memberships" } }),
  "what was there before us stays": history(
    { ...four, groups: [{ name: "Organization 501", purpose: "501", members: [0, 1] }] },
    { adoptNames: true },
    sync,
    leave("1001"),
    sync
  ),
  "who was put in by hand just before us stays": history(four, {}, sync, { do: "put in", group: 0, customer: 4 }, join("1005"), sync, leave("1005"), sync),
  // The boundaries around the one call that adds; where they lie is seen with `npm run test:mutants`.
  "what a killed run added is ours, though its answer was lost": history(four, {}, killed(30), sync, leave("1001"), sync),
  "what a killed run added is ours, though its answer was not stored": history(four, {}, killed(31), sync, leave("1001"), sync),
  "what a killed run made is made once": history(
    { ...four, people: four.people.map((one) => ({ ...one, tags: ["vip"] })) },
    {},
    killed(22),
    sync,
    killed(35),
    sync
  ),
  "a held shrinking is measured from before it": history(account(12, 8), {}, sync, ...["1001", "1002", "1003", "1004"].map(leave), sync, leave("1005"), sync),
  "what people took out is asked about": history(four, {}, sync, { do: "take out", group: 0, customer: 0 }, { ...sync, depth: "counts" }),
  "grace counts reads": history(four, { grace: { reads: 3, hours: 0 } }, sync, leave("1001"), sync, sync),
  "a changed address loses nobody a group": history(four, {}, sync, { do: "new address", person: "1001" }, sync),
  "an approval is for its rows": history(four, { guards: { additions: 4 } }, sync, ...["1001", "1002", "1003"].map(tag), sync, leave("1004"), {
    do: "approve",
    part: 0,
    fault: null,
    killAt: null
  }),
  "one address of two customers is nobody's": history({ ...four, known: [...four.known, address("1001").toUpperCase()] }, {}, sync),
  "an exception keeps out": history(four, { exceptions: [{ email: address("1001"), tag: "vip", what: "never" }] }, tag("1001"), tag("1002"), sync),
  "an exceptions file that loses its lines ends none of them": history(
    tagged,
    { exceptions: [stranger, kept] },
    sync,
    { do: "lose exceptions", header: true },
    sync,
    { do: "put exceptions back" },
    sync
  ),
  "one that loses its header too ends none of them either": history(
    tagged,
    { exceptions: [stranger, kept] },
    sync,
    { do: "lose exceptions", header: false },
    sync
  ),
  "a line that is written or taken out is for its row": history(
    tagged,
    { exceptions: [stranger] },
    sync,
    { do: "except", exception: kept },
    sync,
    { do: "except", exception: { ...kept, what: "always" } },
    sync,
    { do: "no exception", line: 0 },
    sync
  ),
  "an organization that is made again is the same one once a person says so": history(
    four,
    { guards: { removals: 100, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 10, sourceShrink: 100 } },
    sync,
    { do: "make organization again", organization: "501", as: "701" },
    sync,
    { do: "approve", part: 0, fault: null, killAt: null },
    { do: "leave", person: "1001", organization: "701" },
    sync
  ),
  "what lists do not show yet was not taken out": history({ ...tagged, lag: 4000 }, {}, sync, { ...sync, depth: "full" }, leave("1001"), sync, {
    ...sync,
    depth: "full"
  }),
  "what lists still show was not put back": history(
    { ...four, lag: 4000 },
    {},
    sync,
    leave("1001"),
    sync,
    { ...sync, depth: "full" },
    join("1001"),
    sync,
    leave("1001"),
    sync
  ),
  "a machine that another one wrote after writes nothing, until a person claims the target for it, and then asks about what the other one put in": history(
    four,
    {},
    sync,
    join("1005"),
    machine,
    tag("1001"),
    sync,
    leave("1005"),
    sync
  ),
  "a copy whose groups were all taken back makes none again": history(four, {}, sync, undo, { do: "release", run: 0 }, machine, sync),
  "what a machine found before it knew of another one is asked about": history(tagged, { removals: "all" }, sync, join("1005"), machine, {
    do: "configure",
    change: { organizations: "shared" }
  }),
  "what another machine put in is asked about, also where no rule leads any more": history(
    tagged,
    {},
    sync,
    { do: "new person", person: "2006", tag: "vip", organization: "501", known: true },
    machine,
    { do: "configure", change: { organizations: "none" } }
  ),
  "a group that another machine made is known by its mark, also if a held run came in between": history(
    { ...tagged, showsMarks: false },
    { organizations: "shared", adoptNames: true },
    killed(30),
    machine,
    { do: "rename sync", look: true, back: true },
    leave("1001"),
    sync
  ),
  "a row that a lying list hid is ours, also where no rule leads any more": history(
    tagged,
    {},
    sync,
    { ...sync, depth: "full", fault: nobodyShown },
    { do: "configure", change: { tags: { vip: "none" } } },
    sync
  ),
  "an undo deletes no group that one look shows empty": history(
    four,
    { drift: "accept" },
    sync,
    { do: "put in", group: 0, customer: 4 },
    { ...undo, fault: nobodyShown }
  ),
  "an exception is for nobody who took its address": history(tagged, { drift: "restore", exceptions: [{ ...stranger, email: address("1003") }] }, sync, {
    do: "take address",
    person: "1004",
    of: "1003"
  }),
  "a group that a person did not want is not made after a list that was cut": history(
    { ...four, targetPage: 1, groups: ["One", "Two"].map((name) => ({ name, purpose: null, members: [0] })) },
    { guards: { additions: 2 } },
    sync,
    { do: "reject", part: 0 },
    join("1005"),
    { ...sync, fault: { kind: "gap", what: "one row lost", path: "/customer-groups" } },
    sync
  ),
  "a copy of a state that has written nothing yet makes no group again": history(four, {}, { do: "plan", fault: null }, machine, sync),
  "an old copy that is run again writes nothing": history(
    four,
    {},
    sync,
    { do: "copy state" },
    join("1005"),
    sync,
    leave("1001"),
    { do: "other machine", copied: "before", killAt: null, ends: "move" },
    sync
  ),
  "a state that moved to another machine goes on there, and the old one writes nothing": history(
    four,
    {},
    sync,
    join("1005"),
    { do: "other machine", copied: "now", killAt: null, ends: "move" },
    leave("1001"),
    { do: "other machine", copied: "before", killAt: null, ends: "move" },
    sync
  ),
  "what was done is known": history(four, {}, sync, leave("1001"), sync, sync),
  "a limit counts the whole day": history(four, { guards: { additions: 5 } }, sync, tag("1001"), tag("1002"), sync),
  "what was taken back stays so until it is released": history(four, {}, sync, undo, sync, join("1005"), sync, { do: "release", run: 0 }, sync),
  "what was taken back comes back as ours": history(four, {}, sync, leave("1001"), sync, { ...undo, run: 1 }, sync, { do: "release", run: 0 }, sync),
  "an undo leaves what people put in": history(four, {}, sync, { do: "put in", group: 0, customer: 4 }, undo, sync),
  "an undo deletes no group with somebody in it whom people exchanged": history(
    four,
    {},
    sync,
    { do: "take out", group: 0, customer: 0 },
    { do: "put in", group: 0, customer: 4 },
    undo
  ),
  "a row that a lying list hid is still of the run that added it": history(
    four,
    { drift: "restore" },
    sync,
    { do: "sync", depth: "full", fault: { kind: "gap", what: "nobody in any group", path: "/organizations" }, killAt: null },
    undo
  ),
  "a source of the same account is the same under another name": history(four, {}, sync, { do: "rename source" }, leave("1001"), join("1005"), sync),
  "a renamed target waits, and is the same once a person says so": history(
    four,
    {},
    sync,
    { do: "rename target", look: true, back: false },
    leave("1001"),
    join("1005"),
    sync
  ),
  "a renamed sync waits, and takes all along once a person says so": history(
    four,
    {},
    sync,
    { do: "rename sync", look: true, back: false },
    leave("1001"),
    join("1005"),
    sync
  ),
  "a sync that left the config and came back goes on": history(four, {}, sync, { do: "rename sync", look: true, back: true }, leave("1001"), sync),
  "a group that was renamed by hand is still ours": history(four, {}, sync, { do: "rename group", group: 0 }, leave("1001"), sync),
  "a killed undo goes on": history(four, {}, sync, { do: "put in", group: 0, customer: 4 }, { ...undo, killAt: 12 }, undo, sync)
}
