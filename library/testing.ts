/**
 * What a connector is tried with: the conformance suite, and the kit that a vendor's sandbox is made of.
 * Unstable: until described connectors have landed any version may change it; the changelog says so.
 */
import * as Cstar from "../connectors/cstar/sandbox.ts"
import * as Zendesk from "../connectors/zendesk/sandbox.ts"
import type { AnyConnector } from "../src/contract/Connector.ts"
import type { AnySandbox, ConnectorSandbox, SourceEdits, TargetEdits } from "../src/sandbox/Sandbox.ts"

export * as Documented from "../src/sandbox/Documented.ts"
export * as Faulty from "../src/sandbox/Faulty.ts"
export * as InProcess from "../src/sandbox/InProcess.ts"
export * as IssuedTokens from "../src/sandbox/IssuedTokens.ts"
export * as NumberedIds from "../src/sandbox/NumberedIds.ts"
export * as SecretRedactor from "../src/observe/SecretRedactor.ts"
export * as Serve from "../src/sandbox/Serve.ts"
export * as SlotPacer from "../src/http/pacing/SlotPacer.ts"
export type * from "../src/sandbox/Sandbox.ts"

/** A connector and its sandbox, made anew for each test. */
export interface Subject {
  readonly connector: AnyConnector
  readonly make: () => AnySandbox
}

/** Declares every test of the connector; to be awaited at the top of a file of tests. Needs vitest, and is of use in its runs alone. */
export const conformance = async (subject: Subject): Promise<void> => {
  const Suite = await import("./conformance/Suite.ts")
  Suite.suite(subject)
}

/** Vendors as they are documented, to try a config against: `Serve.serve(sandbox.app)` gives one a URL, `sandbox.options(url)` the options of a connection to it. */
export const sandboxes: {
  readonly cstar: () => ConnectorSandbox & { readonly target: TargetEdits }
  readonly zendesk: () => ConnectorSandbox & { readonly source: SourceEdits }
} = { cstar: Cstar.make, zendesk: Zendesk.make }
