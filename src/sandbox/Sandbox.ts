/** What a vendor's sandbox is: an HTTP app that behaves like the vendor, with faults on demand and a log of what it was asked. */
import type * as Effect from "effect/Effect"
import type { TargetCustomer } from "../model/Customer.ts"
import type * as Schema from "effect/Schema"
import type { IssuedTokens } from "./IssuedTokens.ts"

export interface SandboxRequest {
  readonly method: string
  /** Without the query; percent-encoding as sent. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SandboxResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The vendor's behaviour. Time is Effect's Clock, so limits and waits obey a TestClock. */
export type SandboxApp = (request: SandboxRequest) => Effect.Effect<SandboxResponse>

export type Encoding = "gzip" | "br" | "deflate"

/**
 * What goes wrong with one call. `before`: the vendor never acts. `after`: it acts and the answer is lost.
 * `cut`: the body ends in its middle; `closed`: so it does, and nothing but the closing of the connection says where it ends.
 * `stall`: no answer ever comes. `answer`: this answer instead of acting. `encoded`: the answer is compressed.
 * `garbled`: a byte in the answer is no UTF-8.
 */
export type Fault =
  | { readonly _tag: "Answer"; readonly response: SandboxResponse }
  | { readonly _tag: "Reset"; readonly when: "before" | "after" }
  | { readonly _tag: "Cut" }
  | { readonly _tag: "Closed" }
  | { readonly _tag: "Encoded"; readonly encoding: Encoding }
  | { readonly _tag: "Garbled" }
  | { readonly _tag: "Stall"; readonly when: "before" | "after" }

/** `status` is the vendor's; null where it never acted. `at` is epoch milliseconds. */
export interface LoggedCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
  readonly status: number | null
  readonly at: number
}

/** Schemas as the vendor documents them; what they do not name is a mistake. Without `body` none is documented. */
export interface DocumentedCall {
  readonly method: string
  /** From the host on; a name in braces stands for one segment: `/api/v2/users/{id}`. */
  readonly path: string
  /** Over texts, by name. */
  readonly query: Schema.Schema.AnyNoContext
  readonly body?: Schema.Schema.AnyNoContext
}

/** A plain description of what a source holds, from which every source's sandbox can be filled. */
export interface SourceWorld {
  readonly customers: ReadonlyArray<{
    readonly id: string
    readonly email: string | null
    readonly name: string
    readonly externalId?: string
    readonly tags?: ReadonlyArray<string>
    /** Names of saved segments that the customer falls into, where the vendor has them. */
    readonly segments?: ReadonlyArray<string>
    readonly staff?: boolean
    readonly suspended?: boolean
  }>
  readonly organizations: ReadonlyArray<{
    readonly id: string
    readonly name: string
    readonly externalId?: string
    readonly tags?: ReadonlyArray<string>
    readonly fields?: Readonly<Record<string, string | number | boolean | null>>
  }>
  readonly memberships: ReadonlyArray<{ readonly customer: string; readonly organization: string }>
}

/** Edits that every source's sandbox understands, as a person at the helpdesk would make them. */
export interface SourceEdits {
  /** Adds to what is there. */
  readonly load: (world: SourceWorld) => void
  readonly join: (customer: string, organization: string) => void
  readonly leave: (customer: string, organization: string) => void
  readonly tag: (customer: string, tag: string) => void
  readonly untag: (customer: string, tag: string) => void
  readonly tagOrganization: (organization: string, tag: string) => void
  readonly untagOrganization: (organization: string, tag: string) => void
  readonly renameOrganization: (organization: string, name: string) => void
  readonly deleteCustomer: (customer: string) => void
  readonly deleteOrganization: (organization: string) => void
  readonly changeEmail: (customer: string, email: string | null) => void
  readonly suspend: (customer: string, suspended: boolean) => void
  readonly makeStaff: (customer: string) => void
}

/** A group as it stands in a target's sandbox. */
export interface SandboxGroup {
  readonly id: string
  readonly name: string
  readonly externalId: string | null
  /** Target customer ids, sorted. */
  readonly members: ReadonlyArray<string>
}

export interface TargetEdits {
  readonly addCustomers: (customers: ReadonlyArray<{ readonly email: string; readonly name: string }>) => ReadonlyArray<TargetCustomer>
  readonly deleteCustomer: (id: string) => void
  readonly groups: () => ReadonlyArray<SandboxGroup>
  /** A group that a person made by hand; answers its id. */
  readonly addGroup: (group: { readonly name: string; readonly externalId?: string; readonly members?: ReadonlyArray<string> }) => string
  readonly addMember: (group: string, customer: string) => void
  readonly removeMember: (group: string, customer: string) => void
  readonly deleteGroup: (id: string) => void
  readonly renameGroup: (id: string, name: string) => void
}

/** Who works at a source, as a person at the helpdesk changes it. Ids are the vendor's. */
export interface AgentEdits {
  /**
   * Takes somebody on; answers their id. Roles are of those that the source declares, or of the account's own making where it declares
   * none; who is given none has what the vendor gives.
   */
  readonly add: (agent: { readonly email: string | null; readonly name: string; readonly roles?: ReadonlyArray<string> }) => string
  readonly changeRoles: (id: string, roles: ReadonlyArray<string>) => void
  readonly changeEmail: (id: string, email: string | null) => void
  /** What the vendor makes of somebody who may not work there any more: still listed and marked so, or gone from the list. */
  readonly deactivate: (id: string) => void
}

/** A target's team, as it stands there and as a person changes it. */
export interface TeamEdits {
  readonly members: () => ReadonlyArray<{ readonly id: string; readonly email: string; readonly name: string; readonly role: string }>
  /** Every invitation that was ever sent, a mail each, in the order of sending. */
  readonly invites: () => ReadonlyArray<{ readonly email: string; readonly role: string; readonly status: string }>
  /** Somebody who is in the team already; answers their id. */
  readonly addMember: (member: { readonly email: string; readonly name: string; readonly role: string }) => string
  readonly changeRole: (id: string, role: string) => void
  readonly removeMember: (id: string) => void
  /** An invitation that a person sent. */
  readonly invite: (email: string, role: string) => void
  /** What becomes of the last invitation of that address; who accepts it is a member from then on. */
  readonly settleInvite: (email: string, status: "accepted" | "expired" | "revoked") => void
}

/** A record of a list, as it is on the wire. */
export type WireRow = Readonly<Record<string, unknown>>

/** A credential that is exchanged for tokens that end. */
export interface RenewingCredential {
  /** Options of a connection with that credential. */
  readonly options: (baseUrl: string) => Readonly<Record<string, unknown>>
  /** The same with a credential for which no token is issued. */
  readonly refusedOptions: (baseUrl: string) => Readonly<Record<string, unknown>>
  readonly tokens: IssuedTokens
  /** How long a token lives, in milliseconds, as the sandbox tells it when it issues one. */
  readonly lifetimeMillis: number
}

/** What every `sandbox.ts` exports as `make`. */
export interface AnySandbox {
  /** Absent where the connector is `local`: then no call of it can go wrong or be refused. */
  readonly app?: SandboxApp
  /** Options of a connection to it as they would stand in the config file (paths absolute), without `connector`. */
  readonly options: (baseUrl: string) => Readonly<Record<string, unknown>>
  /** Goes with `app`. */
  readonly documented?: ReadonlyArray<DocumentedCall>
  /** Whether a call can change something, where its method does not say so (GraphQL). Left out: every call but GET. */
  readonly isWrite?: (call: Pick<SandboxRequest, "method" | "path" | "body">) => boolean
  /** The same with a credential that the vendor refuses. Goes with `app`. */
  readonly refusedOptions?: (baseUrl: string) => Readonly<Record<string, unknown>>
  /** Values that must never be seen in anything the program emits; tokens that were issued are added to it. */
  readonly secrets: ReadonlyArray<string>
  /** Rows of one full page of the longest list, for tests at the page's edge. */
  readonly pageSize: number
  readonly source?: SourceEdits
  /** Fields of a row in the list of that path on which identity, groups or their names rest. Every other field may hold anything. Goes with `app` and a list. */
  readonly needed?: (path: string) => ReadonlyArray<string>
  /** A customer's row as the vendor may show it where it leaves this customer's groups in doubt, and nothing else. Absent where no row can. */
  readonly doubtful?: (row: WireRow) => WireRow
  readonly target?: TargetEdits
  /** Goes with a connector that renews credentials. */
  readonly renewing?: RenewingCredential
  /** Goes with a source that declares agents. */
  readonly agents?: AgentEdits
  /** Goes with a connector that has a `team`. */
  readonly team?: TeamEdits
}

/** The sandbox of a vendor that is called over HTTP. */
export interface ConnectorSandbox extends AnySandbox {
  readonly app: SandboxApp
  readonly refusedOptions: (baseUrl: string) => Readonly<Record<string, unknown>>
  /** The calls that the vendor documents, for a connector at the vendor's root: the suite refuses all others. */
  readonly documented: ReadonlyArray<DocumentedCall>
}
