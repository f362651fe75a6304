/** What the conformance suite expects of a target, asked of a real one through its connector. Leaves nothing behind. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { isDeepStrictEqual } from "node:util"
import * as Connectors from "../../connectors/registry.ts"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage, Pack } from "../../src/contract/Target.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as UndiciClient from "../../src/http/UndiciClient.ts"
import type { GroupDraft, GroupMark } from "../../src/model/Group.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Life from "./Life.ts"
import type { Shop } from "./Shop.ts"

const mark: GroupMark = { state: "7f3a", sync: "customers", key: "crm/organization:1" }
const newer: GroupMark = { ...mark, writer: { run: 7, machine: "3f", at: 1_767_225_600_000 } }
const draft: GroupDraft = { name: "Expected", slug: undefined, description: undefined, externalId: undefined, customFields: {} }

const rows = <A>(stream: Stream.Stream<ListPage<A>, ConnectorError>) =>
  Effect.map(Stream.runCollect(stream), (pages) => {
    const all = [...pages]
    return { items: all.flatMap(({ items }) => items), end: all.at(-1)?.end ?? false, total: all.at(-1)?.total ?? null }
  })

const connect = (shop: Shop, options: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const connector = (yield* Effect.promise(() => Connectors.load((name) => name === shop.connector))).get(shop.connector)
    const decoded: unknown = yield* Effect.orDie(Effect.flatMap(Effect.fromNullable(connector), (known) => Schema.decodeUnknown(known.options)(options)))
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
    const client = yield* Effect.orDie(UndiciClient.make())
    const target = yield* Effect.orDie(Effect.fromNullable(connector?.target))
    return yield* target.make(decoded, { name: "shop", client, pacer, redactor: SecretRedactor.make() })
  })

const asked = (shop: Shop, expect: (what: string, value: unknown, expected: unknown) => void) =>
  Effect.gen(function* () {
    const target = yield* connect(shop, shop.options)
    const reasonOf = <A>(call: Effect.Effect<A, ConnectorError>) => Effect.map(Effect.flip(call), ({ reason }) => reason)
    yield* target.identify
    const refused = yield* connect(shop, { ...shop.options, ...shop.wrong })
    expect("a wrong credential, reading", yield* reasonOf(refused.identify), "Unauthorized")
    expect("a wrong credential, writing", yield* reasonOf(refused.createGroup(draft, mark)), "Unauthorized")

    const all = yield* rows(target.customers)
    expect("all customers, over several pages", [new Set(all.items.map(({ email }) => email)).size, all.end, all.total], [Life.size, true, Life.size])
    const [ann, ben] = [yield* target.customersByAddress(Life.emailOf(1).toUpperCase()), yield* target.customersByAddress(Life.emailOf(2))]
    expect("customers by address, whatever its case", [ann.map(({ email }) => email), ben.length], [[Life.emailOf(1)], 1])
    expect("no customer by a part of an address", yield* target.customersByAddress(Life.emailOf(1).slice(1)), [])
    const [a = "", b = ""] = [ann[0]?.id, ben[0]?.id]
    expect("a customer by id", Option.getOrNull(yield* target.customer?.(a) ?? Effect.succeedNone)?.email, Life.emailOf(1))

    const { id } = yield* target.createGroup(draft, mark)
    const shown = Option.getOrUndefined(yield* target.group(id))
    expect("a group as it was made", [shown?.name, shown?.mark, shown?.count], ["Expected", mark, 0])
    yield* Effect.flatMap(
      target.remark?.(id) ?? Effect.succeedNone,
      Option.match({ onNone: () => Effect.dieMessage("no group"), onSome: ({ write }) => write(newer) })
    )
    yield* target.updateGroup(id, { name: "Renamed" })
    const again = Option.getOrUndefined(yield* target.group(id))
    expect("a group renamed and marked anew", [again?.name, again?.mark], ["Renamed", newer])

    const pack = (...customers: ReadonlyArray<string>): Pack => ({ by: "group", group: id, customers })
    expect("one is added", yield* Effect.map(target.add(pack(a)), ({ rows }) => [...(rows ?? [])]), [[a, "changed"]])
    expect("one is in already, one is added", yield* Effect.map(target.add(pack(a, b)), ({ rows }) => [...(rows ?? [])]), [
      [a, "so"],
      [b, "changed"]
    ])
    const unknown = yield* Effect.either(target.add(pack(b, "2147483646")))
    const outcome = unknown._tag === "Left" ? [unknown.left.reason, unknown.left.effect] : [...(unknown.right.rows ?? [])]
    const fine = [
      ["Invalid", "none"],
      [
        [b, "so"],
        ["2147483646", "dropped"]
      ]
    ]
    expect("an unknown customer is refused or named", fine.some((one) => isDeepStrictEqual(one, outcome)) || outcome, true)
    expect("members", (yield* rows(target.members(id))).items.map(({ customer }) => customer.id).toSorted(), [a, b].toSorted())
    yield* target.remove(pack(a))
    yield* target.remove(pack(a, b))
    expect("no members any more, also after removing who is not in", yield* rows(target.members(id)), { items: [], end: true, total: 0 })
    const many = all.items.slice(0, 100).map((one) => one.id)
    yield* target.add(pack(...many))
    expect("a pack of 100", (yield* rows(target.members(id))).total, 100)

    yield* target.deleteGroup(id)
    yield* target.deleteGroup(id)
    expect("a deleted group", yield* target.group(id), Option.none())
    expect("members of a deleted group", yield* reasonOf(rows(target.members(id))), "NotFound")
    expect("adding to a deleted group", yield* reasonOf(target.add(pack(a))), "NotFound")
    expect("renaming a deleted group", yield* reasonOf(target.updateGroup(id, { name: "x" })), "NotFound")
  })

/** Problems, each a sentence; none where the shop is as its connector says. */
export const check = async (shop: Shop, say: (line: string) => void): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  const before = performance.now()
  let count = 0
  const expect = (what: string, value: unknown, expected: unknown) => {
    count += 1
    if (!isDeepStrictEqual(value, expected)) problems.push(`${what}: ${JSON.stringify(value)}, not ${JSON.stringify(expected)}`)
  }
  const result = await Effect.runPromise(Effect.either(Effect.scoped(asked(shop, expect))))
  if (result._tag === "Left") problems.push(result.left instanceof Error ? result.left.message : "a call that is to be refused went through")
  say(`${count} expectations of its connector, ${problems.length} not met, ${((performance.now() - before) / 1000).toFixed(1)} s`)
  return problems
}
