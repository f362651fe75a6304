/** Answers that Zammad gave and that cannot be taken for what they look like. */
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"

export const make = (connection: string, path: string, reason: Reason, detail: string): ConnectorError =>
  new ConnectorError({ connection, call: `GET ${path}`, reason, detail, status: 200, effect: "none" })
