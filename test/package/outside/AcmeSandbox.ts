/** Acme as its pages would describe it. */
import * as Effect from "effect/Effect"
import { type ConnectorSandbox, Documented, type SandboxRequest, type SandboxResponse, type SourceEdits, type SourceWorld } from "groupbridge/testing"

const [token, revoked] = ["acme-token-7Hd93kQx", "acme-token-revoked-1Zb8"]

const json = (status: number, body: unknown): SandboxResponse => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) })

const no = (): never => {
  throw new Error("Acme has no word for it")
}

type Contact = { id: string; email: string | null; name: string; staff: boolean; tags: Array<string> }

export const make = (): ConnectorSandbox & { readonly source: SourceEdits } => {
  const contacts = new Map<string, Contact>()
  const change = (id: string, how: (contact: Contact) => void) => {
    const found = contacts.get(id)
    if (found !== undefined) how(found)
  }
  const answer = ({ headers, method, path, query }: SandboxRequest): SandboxResponse => {
    if (headers["authorization"] !== `Bearer ${token}`) return json(401, { error: "bad token" })
    if (method !== "GET") return json(405, { error: "read only" })
    if (path === "/me") return json(200, { account: "globex" })
    if (path !== "/contacts") return json(404, { error: "not found" })
    const all = [...contacts.values()].sort((one, other) => Number(one.id) - Number(other.id))
    const rest = all.filter(({ id }) => Number(id) > Number(query.get("after") ?? 0))
    const shown = rest.slice(0, Number(query.get("limit") ?? 50))
    return json(200, { contacts: shown, next: rest.length > shown.length ? (shown.at(-1)?.id ?? null) : null })
  }
  return {
    app: (request) => Effect.sync(() => answer(request)),
    options: (baseUrl) => ({ baseUrl, token }),
    refusedOptions: (baseUrl) => ({ baseUrl, token: revoked }),
    secrets: [token, revoked],
    pageSize: 50,
    documented: [Documented.below("")("GET", "/me"), Documented.below("")("GET", "/contacts", { limit: Documented.upTo(50), after: Documented.text })],
    needed: (path) => (path === "/contacts" ? ["id", "email", "staff", "tags"] : ["account"]),
    source: {
      load: ({ customers }: SourceWorld) => {
        for (const { email, id, name, staff = false, tags = [] } of customers) contacts.set(id, { id, email, name, staff, tags: [...tags] })
      },
      tag: (id, tag) => change(id, (contact) => void contact.tags.push(tag)),
      untag: (id, tag) => change(id, (contact) => void (contact.tags = contact.tags.filter((one) => one !== tag))),
      deleteCustomer: (id) => void contacts.delete(id),
      changeEmail: (id, email) => change(id, (contact) => void (contact.email = email)),
      join: no,
      leave: no,
      tagOrganization: no,
      untagOrganization: no,
      renameOrganization: no,
      deleteOrganization: no,
      suspend: no,
      makeStaff: (id) => change(id, (contact) => void (contact.staff = true))
    }
  }
}
