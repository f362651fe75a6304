/**
 * What a connector is, and what connectors are written with. connectors/README.md walks through one.
 * Unstable: until described connectors have landed any version may change it; the changelog says so.
 */
export type { AnyConnector, ConnectionContext, Connector, Limit } from "../src/contract/Connector.ts"
export { ConnectorError, Reason } from "../src/contract/ConnectorError.ts"
export type * from "../src/contract/Identity.ts"
export type * from "../src/contract/Pacer.ts"
export type * from "../src/contract/Redactor.ts"
export type * from "../src/contract/Source.ts"
export type * from "../src/contract/Target.ts"
export type * from "../src/contract/Team.ts"
export type * from "../src/model/Customer.ts"
export type * from "../src/model/Group.ts"
export type * from "../src/model/RecordUrl.ts"
export * as ClientCredentials from "../src/http/auth/ClientCredentials.ts"
export { FilePath } from "../src/contract/FilePath.ts"
export * as LiveVendorClient from "../src/http/LiveVendorClient.ts"
export * as Unreported from "../src/contract/Unreported.ts"
export * as VendorWords from "../src/http/VendorWords.ts"
export * as Wire from "../src/http/Wire.ts"
export type * from "../src/http/VendorClient.ts"
