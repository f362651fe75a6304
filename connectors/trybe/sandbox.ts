/**
 * A Trybe organization that behaves as Trybe's pages say, traps included, and where they are silent, as `behave` says
 * (vendor docs, read 2026-11).
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ConnectorSandbox, SandboxApp, SandboxRequest, SandboxResponse, TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxCalls from "./SandboxCalls.ts"

const token = "tbpat_5f8e2c7a91d04b36e8f1"

/** What the vendor's pages leave open. */
export interface Behaviour {
  /** Larger pages than this are cut without a word. */
  pageCap: number
  /** How a customer's labels are listed: bare, in an envelope, in one with pages, or as ids alone. */
  lists: "array" | "data" | "pages" | "ids"
  /** What attaching and detaching answer: the customer's labels, a message, or nothing. */
  writes: "labels" | "message" | "empty"
  /** A label as it is made: alone or in an envelope. */
  made: "label" | "data"
  /** An unknown id among `labels` fails the whole call, as 422 or 404, or is left out. */
  unknownLabels: "refuse" | "missing" | "skip"
  /** Something on the way drops the body of a DELETE, which then detaches nothing and answers 200. */
  dropsBodies: boolean
}

export interface TrybeSandbox extends ConnectorSandbox {
  readonly target: TargetEdits
  readonly behave: (behaviour: Partial<Behaviour>) => void
  /** The token's user has no right on this customer's site. */
  readonly forbid: (customer: string) => void
}

interface Label {
  readonly id: string
  readonly value: string
  readonly created_at: string
}

interface Customer {
  readonly id: string
  readonly labels: Set<string>
}

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

const uuid = (kind: number, made: number): string => `${kind}0000000-0000-4000-8000-${made.toString(16).padStart(12, "0")}`

const answer = (status: number, body: unknown): SandboxResponse => ({ status, headers: {}, body: body === undefined ? "" : JSON.stringify(body) })

const LabelBody = Schema.Struct({ value: Schema.String })
const LabelsBody = Schema.Struct({ labels: Schema.NonEmptyArray(Schema.String) })

const bodyOf = <A, I>(request: SandboxRequest, schema: Schema.Schema<A, I>): A | null =>
  Option.getOrNull(Schema.decodeUnknownOption(Schema.parseJson(schema))(request.body))

const invalid = (field: string, message: string): SandboxResponse => answer(422, { message: "The given data was invalid.", errors: { [field]: [message] } })
const notFound = answer(404, { message: "Not found." })

export const make = (): TrybeSandbox => {
  const customers = new Map<string, Customer>()
  const labels = new Map<string, Label>()
  const forbidden = new Set<string>()
  const behaviour: Behaviour = { pageCap: 100, lists: "array", writes: "labels", made: "data", unknownLabels: "refuse", dropsBodies: false }
  let made = 0
  // Edits by hand have no clock of their own: they happen when the vendor was last called.
  let seen = 0

  const addLabel = (value: string, at: number): Label => {
    const label = { id: uuid(1, ++made), value, created_at: iso(at) }
    labels.set(label.id, label)
    return label
  }

  const paged = (request: SandboxRequest, rows: ReadonlyArray<unknown>): SandboxResponse => {
    const number = (name: string, otherwise: number): number => Math.max(1, Math.floor(Number(request.query.get(name) ?? otherwise)) || otherwise)
    const [page, per_page] = [number("page", 1), Math.min(number("per_page", 15), behaviour.pageCap)]
    const last_page = Math.max(1, Math.ceil(rows.length / per_page))
    const link = (to: number) => (to < 1 || to > last_page ? null : `https://api.try.be${request.path}?page=${to}`)
    return answer(200, {
      data: rows.slice((page - 1) * per_page, page * per_page),
      links: { first: link(1), last: link(last_page), prev: link(page - 1), next: link(page + 1) },
      meta: { current_page: page, per_page, last_page, total: rows.length, from: (page - 1) * per_page + 1, to: Math.min(page * per_page, rows.length) }
    })
  }

  const shown = (label: Label) => ({ ...label, colour: "0d9488", organisation_id: uuid(9, 1), updated_at: label.created_at })

  const makeLabel = (request: SandboxRequest): SandboxResponse => {
    const body = bodyOf(request, LabelBody)
    if (body === null || body.value === "") return invalid("value", "The value field is required.")
    if ([...body.value].length > 20) return invalid("value", "The value must not be greater than 20 characters.")
    const label = shown(addLabel(body.value, seen))
    return answer(201, behaviour.made === "data" ? { data: label } : label)
  }

  const ofCustomer = ({ labels: ids }: Customer) => [...ids].flatMap((id) => labels.get(id) ?? []).map(shown)

  const list = (request: SandboxRequest, customer: Customer): SandboxResponse => {
    const rows = ofCustomer(customer)
    if (behaviour.lists === "pages") return paged(request, rows)
    if (behaviour.lists === "ids")
      return answer(
        200,
        rows.map(({ id }) => id)
      )
    return answer(200, behaviour.lists === "data" ? { data: rows } : rows)
  }

  const attach = (request: SandboxRequest, customer: Customer): SandboxResponse => {
    const asked = bodyOf(request, LabelsBody)
    if (asked === null) return invalid("labels", "The labels field is required.")
    const unknown = asked.labels.find((id) => !labels.has(id))
    if (unknown !== undefined && behaviour.unknownLabels === "missing") return notFound
    if (unknown !== undefined && behaviour.unknownLabels === "refuse") return invalid("labels.0", `The label ${unknown} is invalid.`)
    for (const id of asked.labels) if (labels.has(id)) customer.labels.add(id)
    return written(customer)
  }

  const detach = (request: SandboxRequest, customer: Customer): SandboxResponse => {
    if (behaviour.dropsBodies) return written(customer)
    const asked = bodyOf(request, LabelsBody)
    if (asked === null) return invalid("labels", "The labels field is required.")
    for (const id of asked.labels) customer.labels.delete(id)
    return written(customer)
  }

  const written = (customer: Customer): SandboxResponse => {
    if (behaviour.writes === "empty") return answer(204, undefined)
    return answer(200, behaviour.writes === "message" ? { message: "Labels were successfully retrieved." } : { data: ofCustomer(customer) })
  }

  const respond = (request: SandboxRequest): SandboxResponse => {
    if (request.headers["authorization"] !== `Bearer ${token}`) return answer(401, { message: "Unauthenticated." })
    if (request.path === "/token-info") return answer(200, { data: { id: uuid(8, 1), email: "sync@spa.example" } })
    if (request.path === "/customers/labels") return request.method === "GET" ? paged(request, [...labels.values()].map(shown)) : makeLabel(request)
    const [, id] = /^\/customers\/customers\/([^/]+)\/labels$/.exec(request.path) ?? []
    const customer = customers.get(decodeURIComponent(id ?? ""))
    if (customer === undefined) return notFound
    if (forbidden.has(customer.id)) return answer(403, { message: "This action is unauthorized." })
    if (request.method === "GET") return list(request, customer)
    return request.method === "POST" ? attach(request, customer) : detach(request, customer)
  }

  const app: SandboxApp = (request) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      seen = now
      const response = respond(request)
      const date = DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString()
      return { ...response, headers: { "content-type": "application/json", date, ...response.headers } }
    })

  return {
    app,
    options: (baseUrl) => ({ token, baseUrl }),
    refusedOptions: (baseUrl) => ({ token: "tbpat_0000000000000000dead", baseUrl }),
    secrets: [token],
    documented: SandboxCalls.documented,
    pageSize: 100,
    behave: (changed) => {
      Object.assign(behaviour, changed)
    },
    forbid: (customer) => {
      forbidden.add(customer)
    },
    needed: () => ["id", "value"],
    target: {
      addCustomers: (added) =>
        added.map(({ email, name }) => {
          const customer: Customer = { id: uuid(2, ++made), labels: new Set() }
          customers.set(customer.id, customer)
          return { id: customer.id, email, name, externalId: null }
        }),
      deleteCustomer: (id) => {
        customers.delete(id)
      },
      groups: () =>
        [...labels.values()].map(({ id, value }) => ({
          id,
          name: value,
          externalId: null,
          members: [...customers.values()].flatMap((customer) => (customer.labels.has(id) ? [customer.id] : [])).toSorted()
        })),
      addGroup: ({ members = [], name }) => {
        const { id } = addLabel(name, seen)
        for (const member of members) customers.get(member)?.labels.add(id)
        return id
      },
      addMember: (group, customer) => {
        customers.get(customer)?.labels.add(group)
      },
      removeMember: (group, customer) => {
        customers.get(customer)?.labels.delete(group)
      },
      renameGroup: (id, name) => {
        const label = labels.get(id)
        if (label !== undefined) labels.set(id, { ...label, value: name })
      },
      deleteGroup: (id) => {
        labels.delete(id)
        for (const customer of customers.values()) customer.labels.delete(id)
      }
    }
  }
}
