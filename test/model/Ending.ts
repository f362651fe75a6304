/** What the target must hold once nothing goes wrong any more, everybody was looked up, and every question was answered. */
import type { Account } from "./Account.ts"
import { type Deed, deed } from "./Deed.ts"
import { customerOf, excepted, mapped, purposeOf, purposeOfId, type Row, row } from "./World.ts"

/** `rejected`: what the engine says people rejected and it therefore leaves. */
export const compare = ({ bridge, namedByHand, oracle, purposes, world }: Account, rejected: ReadonlySet<Deed>): void => {
  const config = oracle.config()
  const groups = bridge.cstar.target.groups()
  const names = mapped(world, config)
  const settled = oracle.identity.settled(world, config)
  const always = [...excepted(world, config, settled, "always")].filter((one) => names.has(purposeOf(one)))
  const may = oracle.may()
  const doubtful = oracle.identity.doubtful(world, config)
  const mayBeDoubtful = oracle.identity.mayBeDoubtful(world, config)
  const forbidden = excepted(world, config, oracle.identity.possible(world, config), "never")
  const must = new Set([...oracle.must(settled), ...always.filter((one) => !doubtful.has(customerOf(one)) && !forbidden.has(one))])
  const never = excepted(world, config, oracle.identity.certain(world, config), "never")
  const email = (of: Row) => `${world.customers.get(customerOf(of)) ?? "?"} (${customerOf(of)}) in ${purposeOf(of)}`
  for (const one of rejected) if (!oracle.everRejected.has(one)) oracle.say("counts as rejected, and nobody rejected it", one)

  const present = new Set<Row>()
  const taken = new Set<string>()
  const ownPurpose = ({ externalId }: { readonly externalId: string | null }) => (externalId === null ? null : purposeOfId(world, externalId))
  for (const group of groups) {
    const { id, members, name } = group
    const own = ownPurpose(group)
    const purpose = purposes.get(id)
    if (purpose === undefined || purpose === null) continue
    // People made it with a name that its source has given up since, so ours is another.
    if (own !== purpose && groups.some((other) => ownPurpose(other) === purpose)) continue
    if (own === purpose || config.adoptNames) taken.add(purpose)
    for (const member of members) present.add(row(member, purpose))
    const wished = names.get(purpose)
    if (own === purpose && !namedByHand.has(id) && wished !== undefined && wished !== name && !rejected.has(deed("rename", row("-", purpose))))
      oracle.say("a group has another name than its source", `${name}, not ${wished}`)
    if (groups.some((other) => other.id !== id && own !== null && ownPurpose(other) === own)) oracle.say("made twice", purpose)
  }
  const closed = (one: Row) => rejected.has(deed("create", row("-", purposeOf(one))))
  for (const one of must) {
    if (present.has(one) || rejected.has(deed("add", one)) || closed(one)) continue
    if (config.drift === "accept" && (oracle.out.has(one) || oracle.gone.has(purposeOf(one)) || oracle.deletedOnce.has(purposeOf(one)))) continue
    oracle.say("is not there, and should be", email(one))
  }
  for (const one of oracle.out.keys())
    if (config.drift === "accept" && oracle.out.get(one) === "sure" && present.has(one)) oracle.say("is there again, and people took it out", email(one))
  for (const one of present) {
    if (may.has(one) && !never.has(one)) continue
    const origin = oracle.origins.get(one)
    const ours = origin === "ours" || (origin === "hand" && config.removals === "all" && names.has(purposeOf(one)) && taken.has(purposeOf(one)))
    if (oracle.othersMade.has(purposeOf(one)) && !names.has(purposeOf(one))) continue
    if (!ours || config.removals === "never" || rejected.has(deed("remove", one)) || mayBeDoubtful.has(customerOf(one))) continue
    oracle.say("is still there, and should not be", email(one))
  }
}
