/** A source made of a manifest. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Identity } from "../contract/Identity.ts"
import type { Part, Source, SourceDeclaration, StreamDeclaration } from "../contract/Source.ts"
import type { GroupKind } from "../model/Group.ts"
import type { Calls } from "./Calls.ts"
import type { List, Manifest } from "./Manifest.ts"
import * as Pages from "./Pages.ts"
import * as Records from "./Records.ts"
import * as Template from "./Template.ts"

const listedKinds = ({ lists }: Manifest): ReadonlySet<GroupKind> =>
  new Set(Object.values(lists).flatMap(({ group }) => (group === undefined ? [] : [group.kind])))

const unlistedKinds = (manifest: Manifest): ReadonlySet<GroupKind> => {
  const listed = listedKinds(manifest)
  return new Set(Object.values(manifest.lists).flatMap(({ memberships = [] }) => memberships.flatMap(({ kind }) => (listed.has(kind) ? [] : [kind]))))
}

/** What a list is the truth for. */
export const partsOf = (manifest: Manifest, { customer, group, memberships = [] }: List): ReadonlyArray<Part> => {
  const unlisted = unlistedKinds(manifest)
  const kinds = [...new Set(memberships.map(({ kind }) => kind))]
  return [
    ...(customer === undefined ? [] : ["customers" as const]),
    ...(group === undefined ? [] : [{ groups: group.kind, carrier: "customer" } as const]),
    ...kinds.filter((kind) => unlisted.has(kind)).map((kind) => ({ groups: kind, carrier: "customer" }) as const),
    ...kinds.map((kind) => ({ memberships: kind, carrier: "customer" }) as const)
  ]
}

const unproved = "nothing proves it, so nobody is removed for being absent"

const endOf = ({ per, ...list }: List, { lists }: Manifest): string =>
  per === undefined || list.whole === "none" ? signOf(list) : lists[per]?.whole === "none" ? unproved : `of each of the ${per}: ${signOf(list)}`

const signOf = ({ paging, whole }: List): string => {
  if (whole === "none") return unproved
  if (whole === "emptyPage") return "an empty page"
  if (whole === "cursorEnds") return paging !== undefined && "cursor" in paging ? "no further cursor" : "no further page is named"
  return "totalMatches" in whole ? "as many rows as the total says" : "as many rows as another call counts"
}

/** Whether an absence counts only once a second read shows it too. */
const canLoseRows = ({ paging, per, stable }: List, manifest: Manifest): boolean => {
  const parent = per === undefined ? undefined : manifest.lists[per]
  return (
    stable === "no" ||
    (paging !== undefined && ("link" in paging || ("absentEnds" in paging && paging.absentEnds === true))) ||
    (parent !== undefined && canLoseRows(parent, manifest))
  )
}

const streamsOf = (manifest: Manifest): ReadonlyArray<StreamDeclaration & { readonly list: List }> => {
  const rank = ({ customer, group }: List) => (customer !== undefined ? 0 : group !== undefined ? 1 : 2)
  return Object.entries(manifest.lists)
    .toSorted(([, one], [, two]) => rank(one) - rank(two))
    .map(([name, list]) => ({
      name,
      parts: partsOf(manifest, list),
      end: endOf(list, manifest),
      canLoseRows: canLoseRows(list, manifest),
      pageSize: list.pageSize,
      list
    }))
}

export const declarationOf = (manifest: Manifest): SourceDeclaration => ({
  streams: streamsOf(manifest).map(({ list: _list, ...stream }) => stream),
  customerWord: "customer",
  deletionsSeen: false,
  ...(Object.values(manifest.lists).some(({ customer }) => customer?.suspended !== undefined) ? {} : { suspensionsSeen: false }),
  lookup: manifest.lookup !== undefined
})

const identityOf = ({ identity }: Manifest, host: string, answer: unknown): Identity => {
  const filled = (template: string | undefined) => (template === undefined ? null : Template.fill(template, answer))
  const account = filled(identity?.account)
  return {
    account: account === null ? host : `${host} ${account}`,
    label: filled(identity?.label) ?? account ?? host,
    actor: filled(identity?.actor),
    role: filled(identity?.role),
    missing: [],
    allowance: null
  }
}

export const make = (manifest: Manifest, calls: Calls): Source => {
  const { host, pathname } = new URL(calls.place.baseUrl)
  const place = `${host}${pathname.replace(/\/+$/, "")}`
  const unlisted = unlistedKinds(manifest)
  const customers = Object.values(manifest.lists).find(({ customer }) => customer !== undefined)
  const { lookup } = manifest

  const lookedUp = (id: string) => {
    const { path, row: at } = lookup ?? { path: "", row: "" }
    const found = Effect.flatMap(calls.read(calls.ask({ path }, { id }), path), ({ body }) => {
      const row = Template.at(body, at)
      const counts = Records.holds(customers?.only, row, true)
      const customer = customers?.customer === undefined ? null : Records.customerOf(customers.customer, row)
      if (counts === null || customer === null || customer.id !== id) {
        return calls.malformed(path, `${at === "" ? "the answer" : at} does not hold the customer that was asked for`)
      }
      // Whom the list passes over is no customer here either.
      return Effect.succeed(counts ? Option.some(customer) : Option.none())
    })
    // A wrong address answers so too: it counts only while the vendor itself answers.
    return Effect.catchIf(
      found,
      ({ reason }) => reason === "NotFound" && calls.answers !== null,
      () => Effect.as(calls.answers ?? Effect.void, Option.none())
    )
  }

  return {
    identify: Effect.map(calls.answers ?? Effect.succeed(null), (answer) => identityOf(manifest, place, answer)),
    streams: streamsOf(manifest).map(({ list, ...declaration }) => ({
      declaration,
      pages: Pages.walk(calls, { list, name: declaration.name, parts: declaration.parts, unlisted }, manifest)
    })),
    customer: lookup === undefined ? () => Effect.dieMessage("the manifest names no look-up") : lookedUp
  }
}
