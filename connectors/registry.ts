/** Every connector, one line each, sorted by name. */
import type { AnyConnector } from "../src/contract/Connector.ts"
import { connector as bizkithub } from "./bizkithub/BizkithubConnector.ts"
import { connector as cstar } from "./cstar/CstarConnector.ts"
import { connector as csv } from "./csv/CsvConnector.ts"
import { connector as freshdesk } from "./freshdesk/FreshdeskConnector.ts"
import { connector as intercom } from "./intercom/IntercomConnector.ts"
import { connector as trybe } from "./trybe/TrybeConnector.ts"
import { connector as zammad } from "./zammad/ZammadConnector.ts"
import { connector as zendesk } from "./zendesk/ZendeskConnector.ts"

export const connectors: ReadonlyMap<string, AnyConnector> = new Map(
  [bizkithub, cstar, csv, freshdesk, intercom, trybe, zammad, zendesk].map((connector: AnyConnector) => [connector.name, connector])
)
