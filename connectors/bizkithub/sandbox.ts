/**
 * A BizKitHub organization that behaves as BizKitHub's pages say, traps included, and where they are silent, as `behave` says
 * (vendor docs, read 2026-11).
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ConnectorSandbox, SandboxApp, SandboxRequest, SandboxResponse, TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as BizkithubSlug from "./BizkithubSlug.ts"
import * as SandboxCalls from "./SandboxCalls.ts"

const apiKey = "PRODk3Zq8vX2mB7tR5wY9cD4hJ6nLs1f"
const deadKey = "PROD000000000000000000000000dead"

/** What the vendor's pages leave open or tell in two ways. */
export interface Behaviour {
  /** What adding to an address that no contact has does. */
  unknownCustomers: "refuse" | "create"
  errors: "object" | "flat"
  /** Status of an error whose page names none. */
  refusals: 200 | 400 | 404 | 500
  /** Most groups that one call takes; null: as many as are sent. */
  mostGroups: number | null
}

export interface BizkithubSandbox extends ConnectorSandbox {
  readonly target: TargetEdits
  readonly behave: (behaviour: Partial<Behaviour>) => void
  /** From now on so many calls are accepted, and then a 429 tells to wait an hour. */
  readonly limit: (calls: number) => void
  /** Gives a contact a reference number. */
  readonly refer: (email: string, cuRefNo: string) => void
}

interface Contact {
  readonly email: string
  readonly name: string
  cuRefNo: string | null
  readonly groups: Set<string>
}

const Asked = Schema.Struct({
  email: Schema.optional(Schema.NullOr(Schema.String)),
  cuRefNo: Schema.optional(Schema.NullOr(Schema.String)),
  groups: Schema.NonEmptyArray(Schema.String)
})

const fold = (email: string): string => email.trim().toLowerCase()

export const make = (): BizkithubSandbox => {
  const contacts = new Map<string, Contact>()
  const groups = new Map<string, string>()
  const behaviour: Behaviour = { unknownCustomers: "refuse", errors: "object", refusals: 500, mostGroups: null }
  let left = Infinity

  const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
    status,
    headers,
    body: JSON.stringify(body)
  })
  const refuse = (status: number, code: string, message: string): SandboxResponse =>
    answer(
      status,
      behaviour.errors === "flat" || status === 200
        ? { success: false, errorCode: code, message }
        : { error: { code, message, description: "See docs.bizkithub.com/errors." } }
    )
  const contact = (email: string, name: string): Contact => {
    const made: Contact = { email: fold(email), name, cuRefNo: null, groups: new Set() }
    contacts.set(made.email, made)
    return made
  }
  /** BizKitHub makes a slug of whatever it is given, and a group of whatever slug it does not know. */
  const put = (into: Contact, text: string) => {
    const slug = BizkithubSlug.of(text).slug.slice(0, BizkithubSlug.longest)
    if (!groups.has(slug)) groups.set(slug, slug)
    into.groups.add(slug)
  }

  const addGroups = (request: SandboxRequest): SandboxResponse => {
    const asked = Option.getOrUndefined(Schema.decodeUnknownOption(Schema.parseJson(Asked))(request.body))
    if (asked === undefined) return refuse(behaviour.refusals, "INTERNAL_VALIDATION_FAILED", "The input is not valid.")
    if (behaviour.mostGroups !== null && asked.groups.length > behaviour.mostGroups) {
      return refuse(behaviour.refusals, "INTERNAL_VALIDATION_FAILED", `At most ${behaviour.mostGroups} groups are allowed.`)
    }
    // The reference number wins over the address, also where they are two people's.
    const reference = asked.cuRefNo ?? null
    const email = reference === null ? fold(asked.email ?? "") : null
    if (email !== null && !/^[^@\s]+@[^@\s]+$/.test(email)) return refuse(behaviour.refusals, "INTERNAL_VALIDATION_FAILED", "E-mail is not valid.")
    const found = email === null ? [...contacts.values()].find((one) => one.cuRefNo === reference) : contacts.get(email)
    const known = found ?? (email !== null && behaviour.unknownCustomers === "create" ? contact(email, email) : undefined)
    if (known === undefined) return refuse(behaviour.refusals, "INTERNAL_RESOURCE_NOT_FOUND", "Customer does not exist.")
    for (const text of asked.groups) put(known, text)
    return answer(200, { success: true })
  }

  const respond = (request: SandboxRequest): SandboxResponse => {
    const key = request.query.get("apiKey")
    if (key === null || key === "") return refuse(404, "PUBLIC_API_KEY_IS_EMPTY", "API key is empty.")
    if (!/^(PROD|DEV_|ROOT)[A-Za-z0-9]{28}$/.test(key)) return refuse(404, "PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT", "API key is not in a valid format.")
    if (key !== apiKey) return refuse(404, "PUBLIC_API_KEY_DOES_NOT_EXIST", `API key ${key} does not exist.`)
    if (left <= 0) {
      return answer(
        429,
        { error: { code: "RATE_LIMIT_EXCEEDED", message: "Too many requests.", retry_after: 3600 } },
        { "retry-after": "3600", "x-ratelimit-remaining": "0" }
      )
    }
    left -= 1
    if (request.method !== "POST" || request.path !== "/api/v1/customer/add-groups") return refuse(404, "INTERNAL_RESOURCE_NOT_FOUND", "No such endpoint.")
    return addGroups(request)
  }

  const app: SandboxApp = (request) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const response = respond(request)
      const date = DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString()
      return { ...response, headers: { "content-type": "application/json", date, ...response.headers } }
    })

  return {
    app,
    options: (baseUrl) => ({ apiKey, baseUrl }),
    refusedOptions: (baseUrl) => ({ apiKey: deadKey, baseUrl }),
    secrets: [apiKey, deadKey],
    documented: SandboxCalls.documented,
    pageSize: 1,
    behave: (changed) => {
      Object.assign(behaviour, changed)
    },
    limit: (calls) => {
      left = calls
    },
    refer: (email, cuRefNo) => {
      const known = contacts.get(fold(email))
      if (known !== undefined) known.cuRefNo = cuRefNo
    },
    target: {
      addCustomers: (customers) =>
        customers.map(({ email, name }) => {
          const made = contact(email, name)
          return { id: made.email, email: made.email, name, externalId: null }
        }),
      deleteCustomer: (id) => {
        contacts.delete(id)
      },
      groups: () =>
        [...groups].map(([slug, name]) => ({
          id: slug,
          name,
          externalId: null,
          members: [...contacts.values()].flatMap((one) => (one.groups.has(slug) ? [one.email] : [])).toSorted()
        })),
      addGroup: ({ name, members = [] }) => {
        const { slug } = BizkithubSlug.of(name)
        groups.set(slug, name)
        for (const email of members) contacts.get(email)?.groups.add(slug)
        return slug
      },
      addMember: (group, customer) => {
        contacts.get(customer)?.groups.add(group)
      },
      removeMember: (group, customer) => {
        contacts.get(customer)?.groups.delete(group)
      },
      renameGroup: (id, name) => {
        if (groups.has(id)) groups.set(id, name)
      },
      deleteGroup: (id) => {
        groups.delete(id)
        for (const one of contacts.values()) one.groups.delete(id)
      }
    }
  }
}
