/**
 * What Groupbridge may do and must not, judged from outside: from what is true, what people decided, and what reached the target. It knows
 * nothing of how the engine thinks. Where nobody outside can know, both ways are allowed.
 */
import { type Deed, deed, type Op, type Origin } from "./Deed.ts"
import * as Identity from "./Identity.ts"
import * as TakenBack from "./TakenBack.ts"
import {
  type Config,
  copy,
  customerOf,
  excepted,
  linesOf,
  mapped,
  type Purpose,
  purposeOf,
  purposeOfId,
  type Row,
  row,
  wanted,
  wishes,
  type Exception,
  type World
} from "./World.ts"

/** What is known of the run that is under way. */
export interface Run {
  readonly number: number
  /** The run that it takes back, if it is an undo: that alone, whatever anybody wishes. */
  readonly undoes: number | null
  readonly at: number
  /** The source shows less than there is, and nothing tells. */
  readonly hidden?: boolean
  /** Nothing but these may be done: a saved plan's, or an approved part's. */
  readonly only: ReadonlySet<Deed> | null
  /** Removals, additions and creations that nobody approved. */
  readonly done: Record<"add" | "remove" | "create", number>
}

const hour = 3_600_000

/** What of a source is counted: users, organizations, memberships. */
export type Sizes = readonly [number, number, number]
export const sizes = (world: World): Sizes => [
  world.people.size,
  world.organizations.size,
  [...world.organizations.values()].reduce((sum, { members }) => sum + members.size, 0)
]

/** What a state knew at some time. */
interface Memory {
  readonly views: ReadonlyArray<World>
  readonly bound: Readonly<Record<Exception["what"], ReadonlySet<Row>>>
  readonly sure: ReadonlyMap<string, string>
  readonly origins: ReadonlyMap<Row, Origin>
  readonly absent: ReadonlyMap<Row, { readonly runs: number; readonly since: number }>
  readonly logged: number
  readonly latest: ReadonlyMap<Deed, number>
  readonly made: ReadonlySet<Purpose>
}

export const make = (world: World, first: Config) => {
  let config = first
  const configs: Array<Config> = [first]
  const identity = Identity.make()
  const violations: Array<string> = []
  const origins = new Map<Row, Origin>()
  /** Rows that people took out. Sure: ours, known to be, and wanted all the time since. */
  const out = new Map<Row, "sure" | "unsure">()
  /** Groups of ours that people deleted. */
  const gone = new Set<Purpose>()
  /** What runs that did not end well put in: nobody may know of it yet. */
  const fresh = new Set<Row>()
  /** Truths that the engine may believe in. */
  let views: ReadonlyArray<World> = []
  /** Runs since a row was surely wanted last, and when the first of them began. */
  const absent = new Map<Row, { runs: number; readonly since: number }>()
  /** Rows that no config so far wanted at some time since they were put in; and rows that an exception ever promised. */
  const excused = new Set<Row>()
  /** Rows that the present config wanted at some time: if they go, it is not for a changed config alone. */
  const survived = new Set<Row>()
  const promised = new Set<Row>()
  /** What a person is asked, as far as the source has not changed its mind since; and what was decided. */
  const held = new Set<Deed>()
  /** What a person was asked when it was looked at last: a run that reads nothing leaves it so, whatever changed at the source meanwhile. */
  let questions = new Set<Deed>()
  const decisions = new Map<Deed, "approved" | "rejected">()
  const everRejected = new Set<Deed>()
  /** Groups that people deleted at any time. */
  const deletedOnce = new Set<Purpose>()
  /** Rows that another machine may have put in, for all that the state can tell. */
  const inDoubt = new Set<Row>()
  /** Purposes of the groups that runs made; and as what groups were to be named when a person was asked last. */
  const made = new Set<Purpose>()
  /** Of groups that another machine made; what a state that goes on has no rule for it names, and leaves as it is. */
  const othersMade = new Set<Purpose>()
  const askedNames = new Map<Purpose, string | undefined>()
  const log: Array<{ readonly op: Op; readonly at: number }> = []
  let run: Run | null = null
  let troubled = false

  const say = (what: string, of: string) => violations.push(`${what}: ${of}`)
  const taken = TakenBack.make({ origins, out, fresh, decisions, say })

  const never = () => excepted(world, config, identity.possible(world, config), "never")
  const must = (matches = identity.certain(world, config)): ReadonlySet<Row> => {
    const rows = new Set(wanted(world, config, matches))
    for (const one of never()) rows.delete(one)
    return rows
  }
  const may = (at: World = world, matches = identity.possible(at, config)): ReadonlySet<Row> =>
    new Set([...wanted(at, config, matches), ...excepted(at, config, matches, "always")])

  /** Rows that lines of exceptions.csv surely reached: if the file loses all its lines, nothing is done against these unasked. */
  let bound: Readonly<Record<Exception["what"], ReadonlySet<Row>>> = { always: new Set(), never: new Set() }
  const reached = (what: Exception["what"]): ReadonlySet<Row> =>
    new Set([...excepted(world, config, identity.certain(world, config), what)].filter((one) => mapped(world, config).has(purposeOf(one))))
  const lostLine = (what: Exception["what"], of: Row): boolean => linesOf(config).length === 0 && bound[what].has(of)

  /** Whether nothing but an organization that was made again, with its name and all its people, stands behind the group: it is the same, unless a person says otherwise. */
  const isMadeAgain = (purpose: Purpose): boolean =>
    config.organizations === "own" &&
    [...world.remade].some(([id, old]) => {
      const now = world.organizations.get(id)
      if (now === undefined || world.heirs.has(id) || made.has(id) || purposeOfId(world, old) !== purpose) return false
      const before = views.flatMap((view) => view.organizations.get(old) ?? [])
      return (
        before.length > 0 && before.every(({ members, name }) => name === now.name && members.size > 0 && [...members].every((one) => now.members.has(one)))
      )
    })

  /** After every edit: whatever changed its mind is no question any more. */
  const edited = () => {
    const [sure, due, possible, names] = [must(), must(identity.settled(world, config)), may(), mapped(world, config)]
    const isBack = (one: Deed, [wished, unclaimed]: readonly [ReadonlySet<Row>, ReadonlySet<Row>]): boolean => {
      const [op = "", customer = "", purpose = ""] = one.split(" ")
      const of = row(customer, purpose)
      if (op === "rename") return names.get(purpose) !== askedNames.get(purpose)
      if (op === "create") return !names.has(purpose) || ![...unclaimed].some((one) => purposeOf(one) === purpose)
      return op === "remove" ? wished.has(of) : !unclaimed.has(of)
    }
    // A question ends as soon as it may have ended; what was approved stays so until it has for sure.
    for (const one of held) if (isBack(one, [possible, due])) held.delete(one)
    for (const [one, decision] of decisions) if (isBack(one, decision === "approved" ? [sure, possible] : [possible, due])) decisions.delete(one)
    for (const one of possible) survived.add(one)
    for (const one of out.keys()) if (!sure.has(one)) out.set(one, "unsure")
    const ever = new Set(configs.flatMap((before) => [...wanted(world, before, identity.possible(world, before))]))
    for (const one of origins.keys()) if (!ever.has(one)) excused.add(one)
  }

  /** To whoever believes a list that lies, nobody wishes for anything for a while. */
  const forgetWishes = () => {
    for (const one of out.keys()) out.set(one, "unsure")
    for (const one of held) if (!one.startsWith("remove ")) held.delete(one)
    for (const [one, decision] of decisions) if (decision === "rejected" && !one.startsWith("remove ")) decisions.delete(one)
  }

  const count = (op: keyof Run["done"], of: Row, at: number) => {
    if (decisions.get(deed(op, of)) === "approved" || run === null) return
    run.done[op] += 1
    log.push({ op, at })
  }

  /** What holds for anything that is done: nobody was asked about it, and it is among what this run was told to do. */
  const permitted = (op: Op, of: Row) => {
    const one = deed(op, of)
    if (run === null) return say("written outside of any run", one)
    if (held.has(one)) say("done though it is held", one)
    if (decisions.get(one) === "rejected") say("done though it was rejected", one)
    if (run.only !== null && !run.only.has(one)) say("not among what was to be done", one)
    if (taken.isPinned(of)) say("done though its run was taken back", one)
    taken.did(run.number, one, origins.get(of))
  }

  const added = (customer: string, purpose: Purpose, at: number) => {
    const one = row(customer, purpose)
    if (run !== null && run.undoes !== null) return taken.putBack(one, run.number, run.undoes)
    permitted("add", one)
    if (!views.some((view) => may(view).has(one))) say("added though nothing wants it", one)
    if (never().has(one) && !identity.lost.size) say("added against an exception", one)
    const approved = decisions.get(deed("add", one)) === "approved"
    if (lostLine("never", one) && !approved) say("added for nothing but a file of exceptions that lost its lines", one)
    if (out.get(one) === "sure" && config.drift !== "restore" && !approved) say(`put back what people took out, under drift: ${config.drift}`, one)
    count("add", one, at)
    origins.set(one, "ours")
    fresh.add(one)
    out.delete(one)
    absent.delete(one)
    excused.delete(one)
    const people = new Set(
      views.flatMap((view) =>
        [...identity.possible(view, config)].filter(([id, at]) => at.has(customer) && wishes(view, config, id).has(purpose)).map(([id]) => id)
      )
    )
    const [person] = people
    if (people.size === 1 && person !== undefined) identity.witness(person, customer)
  }

  const removed = (customer: string, purpose: Purpose, at: number) => {
    const one = row(customer, purpose)
    const origin = origins.get(one)
    if (run !== null && run.undoes !== null) return taken.takenAway(one, run.number, run.undoes)
    permitted("remove", one)
    if (must().has(one)) say("removed though the source wants it", one)
    if (config.removals === "never") say("removed under removals: never", one)
    const isDecided = inDoubt.has(one) && decisions.get(deed("remove", one)) === "approved"
    if (config.removals === "ours" && origin === "hand" && !isDecided) say("removed what people put there, under removals: ours", one)
    if (config.removals === "all" && origin === "hand" && !mapped(world, config).has(purpose)) say("removed from a group that nothing maps to", one)
    const approved = decisions.get(deed("remove", one)) === "approved"
    if (lostLine("always", one) && !approved) say("removed for nothing but a file of exceptions that lost its lines", one)
    if (isMadeAgain(purpose) && !approved && !run?.hidden) say("removed from the group of an organization that was made again", one)
    if (config.ruleChange === "hold" && !approved && !excused.has(one) && !survived.has(one) && !promised.has(one) && !never().has(one) && origin === "ours")
      if (configs.some((before) => wanted(world, before, identity.certain(world, before)).has(one))) say("removed for nothing but a changed config", one)
    const doubtful = identity.doubtful(world, config).has(customer)
    if (doubtful && !excused.has(one) && !promised.has(one) && !never().has(one)) say("removed from somebody ambiguous", one)
    const lapsed = absent.get(one) ?? { runs: 0, since: at }
    const early = lapsed.runs < config.grace.reads || (run !== null && run.at - lapsed.since < config.grace.hours * hour)
    if (origin === "ours" && early) say("removed within its time of grace", one)
    if (origin !== undefined) count("remove", one, at)
    origins.delete(one)
  }

  return {
    world,
    identity,
    violations,
    origins,
    out,
    gone,
    decisions,
    everRejected,
    deletedOnce,
    othersMade,
    must,
    may,
    config: () => config,
    /** A person's edit at the helpdesk, or of the config. */
    edit: (change: () => void) => {
      change()
      edited()
    },
    configure: (next: Config) => {
      config = next
      configs.push(next)
      survived.clear()
      edited()
    },
    putIn: (customer: string, purpose: Purpose) => {
      const one = row(customer, purpose)
      if (origins.has(one)) return
      origins.set(one, out.has(one) || troubled ? "unsure" : "hand")
      out.delete(one)
      for (const op of ["add", "remove"] as const) for (const deeds of [held, decisions]) deeds.delete(deed(op, one))
    },
    takenOut: (customer: string, purpose: Purpose) => {
      const one = row(customer, purpose)
      const origin = origins.get(one)
      if (origin === undefined) return
      out.set(one, origin === "ours" && !fresh.has(one) && !troubled && must().has(one) ? "sure" : "unsure")
      origins.delete(one)
      held.delete(deed("remove", one))
      decisions.delete(deed("remove", one))
    },
    groupDeleted: (purpose: Purpose, known: boolean) => {
      deletedOnce.add(purpose)
      if (known && !troubled) gone.add(purpose)
    },
    customerDeleted: (customer: string) => {
      const address = world.customers.get(customer) ?? null
      world.customers.delete(customer)
      for (const rows of [origins, out]) for (const one of rows.keys()) if (customerOf(one) === customer) rows.delete(one)
      identity.deleted(customer, address)
      edited()
    },
    /** `hidden`: the source will show less than there is, and nothing tells. A dry run does not write. */
    began: (next: Run, writes: boolean, hidden: boolean) => {
      run = next
      for (const one of excepted(world, config, identity.possible(world, config), "always")) promised.add(one)
      views = [...views, copy(world)]
      for (const view of views) identity.meet(view, config)
      if (!writes) return
      if (hidden) forgetWishes()
      const sure = hidden ? new Set<Row>() : must()
      for (const one of sure) absent.delete(one)
      for (const one of origins.keys()) if (!sure.has(one)) absent.set(one, { since: next.at, ...absent.get(one), runs: (absent.get(one)?.runs ?? 0) + 1 })
    },
    added,
    removed,
    created: (purpose: Purpose, at: number) => {
      const one = row("-", purpose)
      if (run !== null && run.undoes !== null) return say("an undo made a group", purpose)
      permitted("create", one)
      const approved = decisions.get(deed("create", one)) === "approved"
      if (gone.has(purpose) && config.drift !== "restore" && !approved) say(`made again what people deleted, under drift: ${config.drift}`, purpose)
      gone.delete(purpose)
      made.add(purpose)
      count("create", one, at)
    },
    renamed: (purpose: Purpose) => {
      if (run !== null && run.undoes !== null) return taken.namedBack(purpose, run.undoes)
      permitted("rename", row("-", purpose))
    },
    /** The engine has the group of `purpose` for an organization that was made again. `isFound`: people made the group. */
    goesOn: (organization: string, purpose: Purpose, isFound: boolean) => {
      const approved = decisions.get(deed("create", row("-", organization))) === "approved"
      if (!approved && !(isFound && config.adoptNames))
        say("has taken an organization for another one that was deleted, unasked", `${organization} for ${purpose}`)
      world.heirs.set(organization, purpose)
      const moved = (one: Deed): Deed => (one.endsWith(` ${organization}`) ? `${one.slice(0, -organization.length)}${purpose}` : one)
      for (const deeds of [held, questions, everRejected]) for (const one of deeds) if (one !== moved(one) && deeds.delete(one)) deeds.add(moved(one))
      for (const [one, decision] of decisions) if (one !== moved(one) && decisions.delete(one)) decisions.set(moved(one), decision)
      if (run !== null) run = { ...run, only: run.only === null ? null : new Set([...run.only].map(moved)) }
      edited()
    },
    /** A group went with one call: for each of its members that is a removal. */
    groupTaken: (purpose: Purpose, members: ReadonlyArray<string>, at: number) => {
      for (const member of members) removed(member, purpose, at)
      taken.groupGone(purpose, run?.undoes ?? null)
    },
    /** An undo begins. It looks at no source and asks nobody. `blind`: it is shown less than there is, so that what people took out goes unnoticed. */
    undoing: (next: Run, blind: boolean) => {
      run = next
      if (blind) for (const one of out.keys()) out.set(one, "unsure")
    },
    undone: (pinned: ReadonlyArray<Row>, well: boolean, whole: boolean) => {
      if (run !== null && run.undoes !== null) taken.ended(run.undoes, pinned, whole)
      troubled ||= !well
      run = null
    },
    released: taken.release,
    /** What the state knows, before a copy of it runs on another machine. */
    remember: () => ({
      views,
      bound,
      sure: new Map(identity.sure),
      origins: new Map(origins),
      absent: new Map(absent),
      logged: log.length,
      latest: taken.latest(),
      made: new Set(made)
    }),
    /** A person goes on with the state that knows no more than that. Runs since `number` were the other machine's: what they put in is ours, and nobody here saw it. */
    recall: (before: Memory, number: number) => {
      views = [...before.views, ...views]
      bound = before.bound
      identity.recall(before.sure)
      log.length = before.logged
      for (const [one, origin] of origins) {
        if (!before.origins.has(one)) fresh.add(one)
        if (origin === "hand") inDoubt.add(one)
      }
      for (const one of before.origins.keys()) if (!origins.has(one)) out.set(one, "unsure")
      for (const [one, lapsed] of before.absent) if ((absent.get(one)?.runs ?? 0) <= lapsed.runs) absent.set(one, lapsed)
      for (const purpose of made) if (!before.made.has(purpose)) othersMade.add(purpose)
      taken.forget(number, before.latest)
      troubled = true
      edited()
    },
    /** A dry run is over: what was left unsettled before it still is. */
    looked: () => {
      run = null
    },
    /** A run is over. `honest`: nothing was hidden from it; `well`: it ended by itself, with no error. */
    ended: (honest: boolean, well: boolean) => {
      if (run === null) return
      for (const [op, name] of [
        ["remove", "removals"],
        ["add", "additions"],
        ["create", "newGroups"]
      ] as const) {
        const limit = config.guards[name]
        const from = run.at - 24 * hour + hour / 6
        const lately = log.filter((entry) => entry.op === op && entry.at > from).length
        if (limit !== undefined && run.done[op] > 0 && lately > limit) say(`more than the limit of ${limit} in 24 hours`, `${lately} ${name}`)
      }
      if (honest && well) views = [copy(world)]
      if (honest && well && linesOf(config).length > 0) bound = { always: reached("always"), never: reached("never") }
      troubled = !well
      if (well) fresh.clear()
      run = null
    },
    /** What waits for a person now. `partly`: the last run could see that it was not shown all; `lying`: it could not. */
    asked: (deeds: Iterable<Deed>, shown: "whole" | "partly" | "lying") => {
      const [before, sure, names] = [questions, must(), mapped(world, config)]
      askedNames.clear()
      for (const [purpose, name] of names) askedNames.set(purpose, name)
      questions = new Set(deeds)
      held.clear()
      for (const one of questions) {
        held.add(one)
        const [op, customer = "", purpose = ""] = one.split(" ")
        if (shown === "partly" && op === "remove" && !before.has(one) && sure.has(row(customer, purpose)))
          say("asks to remove what the source wants, after it was not read whole", one)
        const of = row(customer, purpose)
        if (shown === "whole" && op === "add" && !before.has(one) && origins.get(of) === "ours" && !fresh.has(of) && !troubled)
          say("asks to add who is there", one)
      }
    },
    decided: (deeds: Iterable<Deed>, decision: "approved" | "rejected") => {
      for (const one of deeds) {
        held.delete(one)
        questions.delete(one)
        decisions.set(one, decision)
        if (decision === "rejected") everRejected.add(one)
        const [op, customer = "", purpose = ""] = one.split(" ")
        const [what, of] = [op === "remove" ? ("always" as const) : ("never" as const), row(customer, purpose)]
        // A lying list hid a row of ours, and a person let it be: seen again it is found.
        if (decision === "rejected" && op === "add" && origins.get(of) === "ours") origins.set(of, "unsure")
        // Who approves any of it has seen that the lines are gone.
        if (decision === "approved" && (op === "remove" || op === "add") && lostLine(what, of)) bound = { always: new Set(), never: new Set() }
      }
    },
    say,
    purposeOf
  }
}

export type Oracle = ReturnType<typeof make>
