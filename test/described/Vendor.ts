/** A vendor that lists contacts in whichever way a manifest describes, page by page of two, with anything put in the way of its answers. */
import * as Effect from "effect/Effect"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import * as ManifestFile from "../../src/described/ManifestFile.ts"
import type { SandboxApp, SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"

export const pageSize = 2

export interface Contact {
  readonly id: number
  readonly email: string
  readonly kind: string
  readonly tags: ReadonlyArray<string> | null
}

/** A page as the vendor means it, before it is written in its own way. */
export interface Page {
  readonly rows: ReadonlyArray<object>
  /** Of the row after the page; null where none follows. */
  readonly after: number | null
  readonly total: number
}

/** How a vendor pages: what its manifest says of it, which page is asked for, and how it is written. */
export interface Way {
  readonly name: string
  readonly yaml: string
  readonly from: (request: SandboxRequest, rows: ReadonlyArray<Contact>) => number
  readonly write: (page: Page) => { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Whether its proof lets an absence count. */
  readonly proves: boolean
}

const asked = ({ query }: SandboxRequest, name: string) => Number(query.get(name) ?? 0)
const variables = ({ body }: SandboxRequest): { readonly after?: string | null } => JSON.parse(body).variables

export const base = "https://beta.zendesk.test/acme"

const list = (path: string, rows: string, more: string) => `
  contacts:
    path: ${path}
    rows: ${rows}
    pageSize: ${pageSize}
${more}
    customer: { id: /id, email: /email, name: "{/email}", staff: { /kind: agent } }
    memberships: [{ kind: tag, each: /tags }]`

export const ways: ReadonlyArray<Way> = [
  {
    name: "a cursor that ends",
    yaml: list("/contacts", "/data", "    paging: { cursor: /next, into: after }\n    whole: cursorEnds\n    stable: immutableKey"),
    from: (request) => asked(request, "after"),
    write: ({ after, rows }) => ({ body: { data: rows, next: after === null ? null : String(after) } }),
    proves: true
  },
  {
    name: "a cursor that is left out at the end",
    yaml: list("/contacts", "/data", "    paging: { cursor: /paging/next, into: after, absentEnds: true }\n    whole: cursorEnds\n    stable: immutableKey"),
    from: (request) => asked(request, "after"),
    write: ({ after, rows }) => ({ body: { data: rows, ...(after === null ? {} : { paging: { next: String(after) } }) } }),
    proves: true
  },
  {
    name: "numbered pages and a total",
    yaml: list("/contacts", "/data", "    paging: { page: page }\n    whole: { totalMatches: /total }\n    stable: no"),
    from: (request) => (asked(request, "page") - 1) * pageSize,
    write: ({ rows, total }) => ({ body: { data: rows, total } }),
    proves: true
  },
  {
    name: "offsets only",
    yaml: list("/contacts", '""', "    paging: { offset: skip }\n    whole: emptyPage\n    stable: no"),
    from: (request) => asked(request, "skip"),
    write: ({ rows }) => ({ body: rows }),
    proves: true
  },
  {
    name: "link headers",
    yaml: list("/contacts", '""', "    paging: { link: next }\n    whole: cursorEnds\n    stable: immutableKey"),
    from: (request) => asked(request, "after"),
    write: ({ after, rows }) => ({ body: rows, headers: after === null ? {} : { link: `<${base}/contacts?after=${after}>; rel="next"` } }),
    proves: true
  },
  {
    name: "URLs and a count elsewhere",
    yaml: list("/contacts", "/data", "    paging: { next: /links/next }\n    whole: { countEndpoint: { path: /contacts/count, at: /count } }\n    stable: no"),
    from: (request) => asked(request, "after"),
    write: ({ after, rows }) => ({ body: { data: rows, links: { next: after === null ? null : `${base}/contacts?after=${after}` } } }),
    proves: true
  },
  {
    name: "a GraphQL connection",
    yaml: list(
      "/graphql",
      "/data/contacts/nodes",
      `    body: { query: "query($after: String) { contacts(after: $after) { nodes { id email kind tags } pageInfo { endCursor hasNextPage } } }", variables: { after: null } }
    paging: { cursor: /data/contacts/pageInfo/endCursor, into: /variables/after, more: /data/contacts/pageInfo/hasNextPage }
    whole: cursorEnds
    stable: immutableKey`
    ),
    from: (request) => Number(variables(request).after ?? 0),
    write: ({ after, rows }) => ({
      body: { data: { contacts: { nodes: rows, pageInfo: { endCursor: after === null ? "last" : String(after), hasNextPage: after !== null } } } }
    }),
    proves: true
  },
  {
    name: "no proof at all",
    yaml: list("/contacts", "/data", "    paging: { page: page }\n    whole: none\n    stable: no"),
    from: (request) => (asked(request, "page") - 1) * pageSize,
    write: ({ rows }) => ({ body: { data: rows } }),
    proves: false
  }
]

export const manifestOf = ({ yaml }: Way): string => `connector: acme
title: Acme
baseUrl: ${base}
options:
  token: { secret: true, description: A token., default: a-token-that-is-secret }
auth: { bearer: "{token}" }
errors: { words: /errors/0/message, in200: /errors }
identity: { path: /me, account: "{/account}", actor: /email, role: /role }
lists:${yaml}
`

export const described = (text: string): AnyConnector => {
  const problems: Array<string> = []
  const connector = ManifestFile.read(text, "acme.yaml", ({ column, line }, message) => void problems.push(`${line}:${column} ${message}`))
  if (connector === null) throw new Error(problems.join("\n"))
  return connector
}

/** What is put in the way of one page: of which list of contacts, and the how manieth page of this reading it is, from 0. */
export interface Fault {
  readonly rows?: (rows: ReadonlyArray<Contact>, reading: number) => ReadonlyArray<Contact>
  readonly page?: (page: Page, number: number) => Page
  readonly response?: (response: SandboxResponse, number: number) => SandboxResponse
}

export interface Vendor {
  readonly contacts: Map<number, Contact>
  fault: Fault
  readonly app: SandboxApp
}

const json = (body: unknown, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
  status: 200,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

export const vendor = (way: Way): Vendor => {
  let reading = 0
  let number = 0
  const made: Vendor = {
    contacts: new Map(),
    fault: {},
    app: (request) =>
      Effect.sync(() => {
        if (request.headers["authorization"] !== "Bearer a-token-that-is-secret") return { status: 401, headers: {}, body: "{}" }
        const all = [...made.contacts.values()].toSorted((one, two) => one.id - two.id)
        if (request.path.endsWith("/me")) return json({ account: "workspace 7", email: "bot@acme.example", role: "admin" })
        if (request.path.endsWith("/count")) return json({ count: all.length })
        const first = way.from(request, all)
        const byId = /after|variables/.test(`${request.query.toString()} ${request.body}`)
        if (first === 0) [reading, number] = [reading + 1, 0]
        else number += 1
        const shown = made.fault.rows?.(all, number) ?? all
        const left = byId ? shown.filter(({ id }) => id > first) : shown.slice(first)
        const rows = left.slice(0, pageSize)
        const page: Page = { rows, after: left.length > pageSize ? (rows.at(-1)?.id ?? null) : null, total: all.length }
        const { body, headers } = way.write(made.fault.page?.(page, number) ?? page)
        const response = json(body, headers)
        return made.fault.response?.(response, number) ?? response
      })
  }
  return made
}
