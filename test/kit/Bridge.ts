/** A whole Groupbridge in one process: real connectors over in-process sandboxes, a real state file, a real config file. */
import type { Memory } from "../../src/operate/Memory.ts"
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cstar from "../../connectors/cstar/sandbox.ts"
import * as Connectors from "../../connectors/registry.ts"
import * as Zendesk from "../../connectors/zendesk/sandbox.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import type { Change } from "../../src/model/Change.ts"
import type { PlanResult, SyncResult } from "../../src/model/Result.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as PlanFile from "../../src/plan/PlanFile.ts"
import * as Connections from "../../src/run/Connections.ts"
import type { Scope } from "../../src/run/Planning.ts"
import * as SyncRun from "../../src/run/SyncRun.ts"
import * as Undo from "../../src/run/Undo.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import * as StateLayer from "../../state/StateLayer.ts"

const connectors = await Connectors.load()

/** Every commit waits for the disk; in memory, where there is such a folder, many small runs take a fraction of the time. */
const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

export const sourceUrl = "https://acme.zendesk.test"
export const secondSourceUrl = "https://beta.zendesk.test"
export const targetUrl = "https://cstar.test"
export const secondTargetUrl = "https://shop.cstar.test"

export interface Bridge {
  readonly zendesk: Zendesk.ZendeskSandbox
  /** Another helpdesk, connected as `beta`; no sync reads it unless `configure` says so. */
  readonly beta: Zendesk.ZendeskSandbox
  /** Another shop, connected as `shop`; no sync writes to it unless `configure` says so. */
  readonly shop: Cstar.CstarSandbox
  readonly cstar: Cstar.CstarSandbox
  readonly source: Faulty.FaultySandbox
  readonly secondSource: Faulty.FaultySandbox
  readonly target: Faulty.FaultySandbox
  readonly dir: string
  /** The sandboxes as a run has them. */
  readonly vendors: typeof Connections.Vendors.Service
  /** Replaces the sync's part of the config: YAML, indented by four spaces. */
  readonly configure: (rules: string, from?: string, to?: string) => void
  readonly sync: (
    options?: Partial<
      Scope & {
        readonly kind: "sync" | "apply" | "approve"
        readonly depth: "usual" | "full" | "none" | "counts"
        readonly onApply: SyncRun.WritingOptions["onApply"]
      }
    >
  ) => Effect.Effect<SyncResult>
  /** Takes back the run `r-12`, as `undo r-12` does. */
  readonly undo: (run: string | null) => Effect.Effect<SyncResult>
  readonly plan: (options?: Partial<Scope>) => Effect.Effect<{ readonly result: PlanResult; readonly changes: ReadonlyArray<Change> }>
  /** Puts something between the engine and its vendors from now on. */
  readonly behind: (wrap: (app: Faulty.DeliveringApp) => Faulty.DeliveringApp) => void
  /** Names of the target's groups with the e-mails in them, both sorted: what the target really holds. */
  readonly held: () => Readonly<Record<string, ReadonlyArray<string>>>
}

const everything: Scope = { only: [], lifted: new Map(), file: null, part: null, within: null }

export const usualRules = `
    rules:
      - kind: organization
      - kind: tag
        include: ["vip", "plan_*"]
        name: "Plan {name}"`

/** Makes a bridge in a folder of its own, which goes with the scope. `more`: connectors that `from` and `to` may name by their own name. */
export const makeWith = (more: ReadonlyArray<AnyConnector>) =>
  Effect.gen(function* () {
    const dir = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(memory, "groupbridge-"))),
      (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
    )
    const known = new Map([...connectors, ...more.map((connector) => [connector.name, connector] as const)])
    const zendesk = Zendesk.make()
    const beta = Zendesk.make()
    const shop = Cstar.make()
    const cstar = Cstar.make()
    const secondSource = Faulty.make(beta.app)
    const source = Faulty.make(zendesk.app)
    const target = Faulty.make(cstar.app)
    const file = join(dir, "groupbridge.yaml")
    const emails = new Map<string, string>()
    const configure = (rules: string, from = "zendesk", to = "cstar") => {
      const options = (given: Readonly<Record<string, unknown>>) =>
        Object.entries(given)
          .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
          .join("")
      writeFileSync(
        file,
        `connections:\n  zendesk:\n    connector: zendesk\n${options(zendesk.options(sourceUrl))}  beta:\n    connector: zendesk\n${options(beta.options(secondSourceUrl))}  cstar:\n    connector: cstar\n    budget: 100%\n${options(cstar.options(targetUrl))}  shop:\n    connector: cstar\n    budget: 100%\n${options(shop.options(secondTargetUrl))}${more.map(({ name }) => `  ${name}:\n    connector: ${name}\n`).join("")}syncs:\n  customers:\n    from: ${from}\n    to: ${to}${rules}\n`
      )
    }
    configure(usualRules)
    const apps: Record<string, Faulty.DeliveringApp> = {
      [sourceUrl]: source.app,
      [secondSourceUrl]: secondSource.app,
      [targetUrl]: target.app,
      [secondTargetUrl]: shop.app
    }
    const behind: Bridge["behind"] = (wrap) => {
      for (const [url, app] of Object.entries(apps)) apps[url] = wrap(app)
    }
    const vendors = {
      connectors: known,
      redactor: SecretRedactor.make(),
      client: InProcess.client(Object.fromEntries(Object.keys(apps).map((url) => [url, (request) => apps[url]!(request)])))
    }
    const invocation = <A>(
      use: (bridge: {
        readonly config: Effect.Effect.Success<ReturnType<typeof ConfigFile.load>>
        readonly connections: Connections.Connections
      }) => Effect.Effect<A, never, Memory>,
      until: number | null = null
    ) =>
      Effect.scoped(
        Effect.gen(function* () {
          const config = yield* ConfigFile.load({ file, connectors: known, env: {} })
          const work = Effect.gen(function* () {
            const connections = yield* Connections.make(config, { maxWaitMillis: null, until, onWait: () => Effect.void })
            return yield* use({ config, connections })
          })
          return yield* work.pipe(Effect.provideService(Connections.Vendors, vendors), Effect.scoped, Effect.provide(StateLayer.layer(config.state)))
        })
      ).pipe(Effect.orDie)
    const options = (given: Partial<Scope>) => ({
      scope: { ...everything, ...given },
      depth: "usual" as const,
      spool: join(dir, "spool.jsonl"),
      onLook: () => Effect.void
    })
    const syncOf = (config: { readonly syncs: ReadonlyMap<string, Parameters<typeof SyncRun.run>[0]> }) => {
      const sync = config.syncs.get("customers")
      if (sync === undefined) throw new Error("the config has no sync customers")
      return sync
    }
    const bridge: Bridge = {
      zendesk,
      beta,
      shop,
      cstar,
      source,
      secondSource,
      target,
      dir,
      vendors,
      configure,
      behind,
      sync: (given = {}) =>
        invocation(
          ({ config, connections }) =>
            SyncRun.run(syncOf(config), connections, {
              ...options(given),
              depth: given.depth ?? "usual",
              kind: given.kind ?? "sync",
              who: "petra",
              host: "ops1",
              confirm: () => Effect.succeed(true),
              onApply: given.onApply ?? (() => Effect.void)
            }),
          given.within?.until
        ),
      undo: (run) =>
        invocation(({ config, connections }) =>
          Undo.run(syncOf(config), connections, {
            run: Number(run?.slice(2)),
            reason: null,
            spool: join(dir, "spool.jsonl"),
            who: "petra",
            host: "ops1",
            onLook: () => Effect.void,
            confirm: () => Effect.succeed(true),
            onApply: () => Effect.void
          })
        ),
      plan: (given = {}) =>
        invocation(({ config, connections }) =>
          Effect.gen(function* () {
            const result = yield* SyncRun.dryRun(syncOf(config), connections, options(given))
            const changes: Array<Change> = []
            if (result.status !== "failed")
              yield* Effect.promise(async () => {
                for await (const change of PlanFile.readChanges(join(dir, "spool.jsonl"))) changes.push(change)
              })
            return { result, changes }
          })
        ),
      held: () =>
        Object.fromEntries(
          (cstar.target?.groups() ?? [])
            .map((group) => [group.name, group.members.map((id) => emails.get(id) ?? id).sort()] as const)
            .sort(([left], [right]) => (left < right ? -1 : 1))
        )
    }
    return { ...bridge, emails }
  })

export const make = makeWith([])

/** A small account: three organizations, a tag, six customers who are all known at the target. */
export const small = Effect.gen(function* () {
  const bridge = yield* make
  bridge.zendesk.source?.load({
    customers: ["1", "2", "3", "4", "5", "6"].map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: id < "3" ? ["vip"] : [] })),
    organizations: [
      { id: "101", name: "Globex", externalId: "gx" },
      { id: "102", name: "Initech" },
      { id: "103", name: "Hooli" }
    ],
    memberships: [
      { customer: "1", organization: "101" },
      { customer: "2", organization: "101" },
      { customer: "3", organization: "101" },
      { customer: "4", organization: "102" },
      { customer: "5", organization: "102" },
      { customer: "1", organization: "102" }
    ]
  })
  const added = bridge.cstar.target?.addCustomers(["1", "2", "3", "4", "5", "6"].map((id) => ({ email: `c${id}@x.io`, name: `Customer ${id}` }))) ?? []
  for (const customer of added) bridge.emails.set(customer.id, customer.email ?? customer.id)
  return bridge
})
