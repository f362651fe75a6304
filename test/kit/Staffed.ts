/** A helpdesk's agents and a shop's team in memory, with faults on demand, and a whole Groupbridge that syncs one to the other. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { AnyConnector, ConnectionContext } from "../../src/contract/Connector.ts"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { Agent, TeamInvite, TeamMember, TeamTarget } from "../../src/contract/Team.ts"
import type { Change } from "../../src/model/Change.ts"
import type { PlanResult, SyncResult } from "../../src/model/Result.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as PlanFile from "../../src/plan/PlanFile.ts"
import * as Connections from "../../src/run/Connections.ts"
import type { Scope } from "../../src/run/Planning.ts"
import type { Memory } from "../../src/operate/Memory.ts"
import * as TeamRun from "../../src/run/TeamRun.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import { TeamJournal } from "../../src/team/TeamJournal.ts"
import * as StateLayer from "../../state/StateLayer.ts"

const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/** In the order in which a call passes them. */
export const boundaries = [
  "before intent",
  "intent stored",
  "sent without effect",
  "effect without answer",
  "answer without stored result",
  "result stored"
] as const
export type Boundary = (typeof boundaries)[number]

type Call = "invite" | "role" | "remove"

const failure = (
  connection: string,
  call: string,
  reason: ConnectorError["reason"],
  effect: "none" | "unknown" = "none",
  detail = "as asked"
): ConnectorError => new ConnectorError({ connection, call, reason, detail, effect })

const identity = (account: string, role: string): Identity => ({ account, label: account, actor: "us", role, missing: [], allowance: null })

/** Pages of two. */
const paged = <A>(items: ReadonlyArray<A>, total: number | null, cut: boolean): Stream.Stream<ListPage<A>> => {
  const pages = Array.from({ length: Math.max(1, Math.ceil(items.length / 2)) }, (_, index) => items.slice(index * 2, index * 2 + 2))
  return Stream.fromIterable(pages.map((page, index) => ({ items: page, total, end: index === pages.length - 1 && !cut })))
}

/** What goes wrong, and where a run is killed. Everything is well as long as nothing is set. */
export interface Faults {
  /** The next calls of that kind lose their answer, before or after their effect. */
  lost: Array<{ readonly call: Call; readonly when: "before" | "after" }>
  /** What a call of that kind is refused with. */
  refuse: Partial<Record<Call, ConnectorError["reason"]>>
  invitesRefused: boolean
  agentsCut: boolean
  membersCut: boolean
  agentsFail: ConnectorError["reason"] | null
  /** Dies there, as a killed process does. */
  killAt: Boundary | null
  /** Done right before a call has its effect: what a person does meanwhile. */
  meanwhile: (() => void) | null
}

export const makeWorld = (names: { readonly desk: string; readonly shop: string } = { desk: "desk", shop: "crew" }) => {
  const agents: Array<Agent> = []
  const members: Array<TeamMember> = []
  const invites: Array<TeamInvite> = []
  /** Every mail that was really sent. */
  const mails: Array<string> = []
  const calls: Array<string> = []
  const faults: Faults = {
    lost: [],
    refuse: {},
    invitesRefused: false,
    agentsCut: false,
    membersCut: false,
    agentsFail: null,
    killAt: null,
    meanwhile: null
  }
  let deskRole = "admin"
  let crewRole = "secret key"
  let number = 0

  const read = <A>({ pacer }: ConnectionContext, stream: Effect.Effect<Stream.Stream<A, ConnectorError>, ConnectorError>) =>
    Stream.unwrap(pacer.call({ endpoint: null, kind: "read" }, stream))

  const reach = (at: Boundary): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (faults.killAt !== at) return Effect.void
      faults.killAt = null
      return Effect.dieMessage(`killed: ${at}`)
    })

  const write = ({ name, pacer }: ConnectionContext, call: Call, reported: string, effect: () => void): Effect.Effect<void, ConnectorError> =>
    pacer.call(
      { endpoint: null, kind: "write" },
      Effect.gen(function* () {
        calls.push(reported)
        const refused = faults.refuse[call]
        if (refused !== undefined) return yield* failure(name, call, refused)
        const index = faults.lost.findIndex((fault) => fault.call === call)
        const lost = index < 0 ? null : faults.lost.splice(index, 1)[0]!.when
        if (lost === "before") return yield* failure(name, call, "Unavailable", "unknown")
        yield* reach("sent without effect")
        faults.meanwhile?.()
        faults.meanwhile = null
        effect()
        yield* reach("effect without answer")
        if (lost === "after") return yield* failure(name, call, "Unavailable", "unknown")
      })
    )

  const team = (context: ConnectionContext): TeamTarget => ({
    identify: Effect.sync(() => identity("team_1", crewRole)),
    members: read(
      context,
      Effect.sync(() => paged(members, members.length, faults.membersCut))
    ),
    invites: read(
      context,
      Effect.suspend(() =>
        faults.invitesRefused
          ? Effect.fail(failure(context.name, "GET /invites", "NotAllowed", "none", "this key may not see invitations"))
          : Effect.succeed(paged(invites, null, false))
      )
    ),
    invite: (email, role) =>
      write(context, "invite", `invite ${email} ${role}`, () => {
        mails.push(email)
        invites.push({ email, role })
      }),
    changeRole: (id, role) =>
      write(context, "role", `role ${id} ${role}`, () => {
        const index = members.findIndex((member) => member.id === id)
        members[index] = { ...members[index]!, role }
      }),
    remove: (id) =>
      write(context, "remove", `remove ${id}`, () => {
        members.splice(0, members.length, ...members.filter((member) => member.id !== id))
      })
  })

  const desk: AnyConnector = {
    name: names.desk,
    title: "Desk",
    options: Schema.Struct({}),
    limits: [],
    source: {
      declaration: {
        streams: [],
        customerWord: "user",
        deletionsSeen: false,
        lookup: false,
        agents: { roles: null, end: "no next page", canLoseRows: true, pageSize: 2 }
      },
      make: (_, context) =>
        Effect.succeed({
          identify: Effect.sync(() => identity("acme", deskRole)),
          streams: [],
          customer: () => Effect.dieMessage("nobody looks up customers here"),
          agents: read(
            context,
            Effect.suspend(() =>
              faults.agentsFail === null
                ? Effect.succeed(paged(faults.agentsCut ? agents.slice(0, -1) : agents, null, faults.agentsCut))
                : Effect.fail(failure(context.name, "GET /agents", faults.agentsFail))
            )
          )
        })
    }
  }

  const shop: AnyConnector = {
    name: names.shop,
    title: "Crew",
    options: Schema.Struct({}),
    limits: [],
    team: {
      declaration: { roles: ["viewer", "agent", "admin", "owner"], owner: "owner", admin: "admin", pageSize: 2 },
      make: (_, context) => Effect.succeed(team(context))
    }
  }

  return {
    connectors: [desk, shop],
    faults,
    mails,
    calls,
    members,
    invites,
    reach,
    hire: (name: string, ...roles: ReadonlyArray<string>) => {
      agents.push({ id: `a-${name}`, email: `${name}@x.io`, name, roles: roles.length === 0 ? ["agent"] : roles, active: true })
    },
    agent: (name: string, change: Partial<Agent>) => {
      const index = agents.findIndex((agent) => agent.id === `a-${name}`)
      agents[index] = { ...agents[index]!, ...change }
    },
    fire: (name: string) => {
      agents.splice(0, agents.length, ...agents.filter((agent) => agent.id !== `a-${name}`))
    },
    deskRole: (role: string) => {
      deskRole = role
    },
    crewRole: (role: string) => {
      crewRole = role
    },
    /** Somebody is in the team, by whatever way. */
    put: (name: string, role: string) => {
      members.push({ id: `m-${name}-${(number += 1)}`, email: `${name.toUpperCase()}@X.io`, name, role })
    },
    takeOut: (name: string) => {
      members.splice(0, members.length, ...members.filter((member) => member.name !== name))
    },
    setRole: (name: string, role: string) => {
      const index = members.findIndex((member) => member.name === name)
      members[index] = { ...members[index]!, role }
    },
    /** Everybody answers their invitation. */
    accept: () => {
      for (const { email, role } of invites.splice(0))
        members.push({ id: `m-${(number += 1)}`, email, name: email.split("@")[0] ?? null, role: role ?? "agent" })
    },
    /** Names with roles, as the team really is. */
    team: (): Readonly<Record<string, string>> =>
      Object.fromEntries(members.map(({ name, role }) => [name ?? "", role] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
export type World = ReturnType<typeof makeWorld>

const everything: Scope = { only: [], lifted: new Map(), file: null, part: null, within: null }

const journalThat = ({ reach }: World, journal: typeof TeamJournal.Service): typeof TeamJournal.Service => ({
  ...journal,
  intend: (writer, work) => reach("before intent").pipe(Effect.zipRight(journal.intend(writer, work)), Effect.zipLeft(reach("intent stored"))),
  settle: (call, outcome, detail) =>
    reach("answer without stored result").pipe(Effect.zipRight(journal.settle(call, outcome, detail)), Effect.zipLeft(reach("result stored")))
})

export interface Staffed extends World {
  readonly dir: string
  /** Replaces what stands below `team:`, indented by six spaces; and the sync's `from`. */
  readonly configure: (team: string) => void
  readonly sync: (options?: Partial<Scope & { readonly kind: "sync" | "approve" }>) => Effect.Effect<SyncResult>
  /** A run that is to be killed; fails the test if it was not. */
  readonly killed: (at: Boundary) => Effect.Effect<void>
  readonly plan: (options?: Partial<Scope>) => Effect.Effect<{ readonly result: PlanResult; readonly changes: ReadonlyArray<Change> }>
}

export const usual = `
      roles: { lead: admin, agent: agent, light: viewer }`

export const make = Effect.gen(function* () {
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(memory, "groupbridge-"))),
    (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
  )
  const world = makeWorld()
  const connectors = new Map(world.connectors.map((connector) => [connector.name, connector] as const))
  const file = join(dir, "groupbridge.yaml")
  const configure = (team: string): void =>
    writeFileSync(
      file,
      `connections:\n  desk: { connector: desk }\n  crew: { connector: crew }\nsyncs:\n  staff:\n    from: desk\n    to: crew\n    team:${team}\n`
    )
  configure(usual)
  const vendors = { connectors, redactor: SecretRedactor.make(), client: InProcess.client({}) }
  const spool = join(dir, "spool.jsonl")
  const invocation = <A>(use: (sync: Parameters<typeof TeamRun.run>[0], connections: Connections.Connections) => Effect.Effect<A, never, Memory>) =>
    Effect.scoped(
      Effect.gen(function* () {
        const config = yield* ConfigFile.load({ file, connectors, env: {} })
        const work = Effect.gen(function* () {
          const connections = yield* Connections.make(config, { maxWaitMillis: null, onWait: () => Effect.void })
          const journal = journalThat(world, yield* TeamJournal)
          return yield* Effect.provideService(use(config.teams.get("staff")!, connections), TeamJournal, journal)
        })
        return yield* work.pipe(Effect.provideService(Connections.Vendors, vendors), Effect.scoped, Effect.provide(StateLayer.layer(config.state)))
      })
    ).pipe(Effect.orDie)
  const options = (given: Partial<Scope>) => ({ scope: { ...everything, ...given }, depth: "usual" as const, spool, onLook: () => Effect.void })
  const sync: Staffed["sync"] = (given = {}) =>
    invocation((staff, connections) =>
      TeamRun.run(staff, connections, {
        ...options(given),
        kind: given.kind ?? "sync",
        who: "petra",
        host: "ops1",
        confirm: () => Effect.succeed(true),
        onApply: () => Effect.void
      })
    )
  return {
    ...world,
    dir,
    configure,
    sync,
    killed: (at) =>
      Effect.gen(function* () {
        world.faults.killAt = at
        const exit = yield* Effect.exit(sync())
        if (exit._tag === "Success" || world.faults.killAt !== null) return yield* Effect.dieMessage(`the run was not killed at ${at}`)
      }),
    plan: (given = {}) =>
      invocation((staff, connections) =>
        Effect.gen(function* () {
          const result = yield* TeamRun.dryRun(staff, connections, options(given))
          const changes: Array<Change> = []
          if (result.status !== "failed")
            yield* Effect.promise(async () => {
              for await (const change of PlanFile.readChanges(spool)) changes.push(change)
            })
          return { result, changes }
        })
      )
  } satisfies Staffed
})
