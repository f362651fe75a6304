/** Folders with config files, and two small connectors: one that can only be read, one that can only be written. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { Config } from "../../src/config/Config.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { ConfigInvalid } from "../../src/config/ConfigInvalid.ts"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import type { SourceDeclaration } from "../../src/contract/Source.ts"
import type { TargetDeclaration } from "../../src/contract/Target.ts"

const text = (description: string) => Schema.String.pipe(Schema.minLength(1)).annotations({ description })

const secret = (description: string) => Schema.Redacted(Schema.String).annotations({ description })

const visibility = Schema.optionalWith(Schema.Literal("include", "exclude").annotations({ description: "Suspended users." }), {
  default: () => "include" as const,
  exact: true
})

const helpdeskOptions = Schema.Union(
  Schema.Struct({
    subdomain: text("The subdomain."),
    email: text("The agent."),
    apiToken: secret("The API token."),
    suspended: visibility
  }),
  Schema.Struct({ subdomain: text("The subdomain."), accessToken: secret("The OAuth token."), suspended: visibility })
)

const shopOptions = Schema.Struct({
  teamId: text("The team."),
  apiKey: Schema.Redacted(Schema.String.pipe(Schema.minLength(8))).annotations({ description: "The key." })
})

const sourceDeclaration: SourceDeclaration = { streams: [], customerWord: "user", deletionsSeen: false, lookup: false }

const targetDeclaration: TargetDeclaration = {
  groupWord: "group",
  testable: true,
  groups: {
    list: true,
    create: "explicit",
    update: true,
    delete: true,
    mark: false,
    externalId: "none",
    nameLength: null,
    longNames: "refused",
    slugs: null,
    pageSize: 10,
    count: false
  },
  assignments: { listedBy: "group", joinedAt: false, pageSize: 10, add: { by: "group", pack: 10 }, remove: { by: "group", pack: 1 } },
  customers: { list: true, pageSize: 10, search: false, externalId: true, namedBy: "id" }
}

const notConnected = () => Effect.dieMessage("never connected in these tests")

export const connectors: ReadonlyMap<string, AnyConnector> = new Map<string, AnyConnector>([
  [
    "zendesk",
    {
      name: "zendesk",
      title: "Zendesk",
      options: helpdeskOptions,
      limits: [],
      source: { declaration: sourceDeclaration, make: notConnected }
    }
  ],
  ["cstar", { name: "cstar", title: "cStar", options: shopOptions, limits: [], target: { declaration: targetDeclaration, make: notConnected } }]
])

/** A folder that is gone after the test, with these files. */
export const folder = (files: Readonly<Record<string, string | Uint8Array>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "groupbridge-config-")))
      for (const [name, content] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
        fs.writeFileSync(path.join(dir, name), content)
      }
      return dir
    }),
    (dir) => Effect.sync(() => fs.rmSync(dir, { recursive: true, force: true }))
  )

export interface Loaded {
  readonly dir: string
  readonly result: Either.Either<Config, ConfigInvalid>
  /** The message, a line each; empty if all is well. */
  readonly lines: ReadonlyArray<string>
}

/** Loads `groupbridge.yaml` of such a folder. */
export const load = (files: Readonly<Record<string, string | Uint8Array>>, env: Readonly<Record<string, string | undefined>> = {}) =>
  Effect.scoped(
    Effect.gen(function* () {
      const dir = yield* folder(files)
      const result = yield* Effect.either(ConfigFile.load({ file: path.join(dir, "groupbridge.yaml"), connectors, env }))
      const lines = Either.isLeft(result) ? result.left.message.split("\n") : []
      return { dir, result, lines } satisfies Loaded
    })
  )

/** The config of such a folder; it dies with the message if it is not right. */
export const loadRight = (files: Readonly<Record<string, string | Uint8Array>>, env: Readonly<Record<string, string | undefined>> = {}) =>
  Effect.map(load(files, env), ({ dir, result }) => ({
    dir,
    config: Either.getOrThrowWith(result, (invalid) => new Error(invalid.message))
  }))

/** A config with nothing but what it needs; each part can be another one. */
export const minimal = (parts: { readonly connections?: string; readonly sync?: string; readonly rest?: string } = {}): string =>
  `connections:
  zendesk: { connector: zendesk, subdomain: acme, accessToken: tok-literal-1 }
  cstar: { connector: cstar, teamId: team_1, apiKey: key-literal-1 }
${parts.connections ?? ""}syncs:
  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
${parts.sync ?? ""}${parts.rest ?? ""}`
