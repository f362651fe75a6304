/** Accounts with many people, and edits of many at once. */
import * as Effect from "effect/Effect"
import type { SandboxGroup } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "./Bridge.ts"

export type Running = Effect.Effect.Success<typeof Bridge.make>

/** Numbers from 1 to `count`, as ids. */
export const people = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => String(index + 1))

/** Puts them into the target, so that `held` shows their addresses. */
export const known = (bridge: Running, ids: ReadonlyArray<string>): void => {
  for (const customer of bridge.cstar.target!.addCustomers(ids.map((id) => ({ email: `c${id}@x.io`, name: id }))))
    bridge.emails.set(customer.id, customer.email ?? customer.id)
}

/** Customers of the helpdesk with the tag `vip`, in no organization. */
export const tagged = (bridge: Running, ids: ReadonlyArray<string>): void =>
  bridge.zendesk.source.load({ customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: ["vip"] })), organizations: [], memberships: [] })

/** `count` customers, all in one organization (100001, Globex), the first half with the tag `vip`; nobody is in 100002, Hooli. */
export const make = (count: number, rules: string = Bridge.usualRules) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(rules)
    const ids = people(count)
    bridge.zendesk.source.load({
      customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: Number(id) <= count / 2 ? ["vip"] : [] })),
      organizations: [
        { id: "100001", name: "Globex" },
        { id: "100002", name: "Hooli" }
      ],
      memberships: ids.map((customer) => ({ customer, organization: "100001" }))
    })
    known(bridge, ids)
    return bridge
  })

export const tag = (bridge: Running, ids: ReadonlyArray<string>): void => ids.forEach((id) => bridge.zendesk.source.tag(id, "vip"))
export const untag = (bridge: Running, ids: ReadonlyArray<string>): void => ids.forEach((id) => bridge.zendesk.source.untag(id, "vip"))

/** The target's id of who has this address. */
export const idOf = (bridge: Running, email: string): string => {
  const [id] = [...bridge.emails].find(([, other]) => other === email) ?? []
  if (id === undefined) throw new Error(`nobody at the target has ${email}`)
  return id
}

export const groupOf = (bridge: Running, name: string): SandboxGroup => {
  const group = bridge.cstar.target.groups().find((candidate) => candidate.name === name)
  if (group === undefined) throw new Error(`the target has no group ${name}`)
  return group
}
