/** Who is who, as far as it can be known from outside: a match shows in what the engine does, and stays until the target's customer is deleted. */
import { active, type Config, type Matches, sameAddress, type World } from "./World.ts"

export interface Identity {
  /** The customer at the target as whom a person was treated; it stays. */
  readonly sure: ReadonlyMap<string, string>
  /** People whose matched customer was deleted at the target: nobody outside can tell when that is noticed. */
  readonly lost: ReadonlySet<string>
  /** Customers at the target whom several people may be, or several of whom one person may be. */
  readonly doubtful: (world: World, config: Config) => ReadonlySet<string>
  /** Those who may be doubtful by matches that the engine may have made and nothing showed. */
  readonly mayBeDoubtful: (world: World, config: Config) => ReadonlySet<string>
  /** As whom people may be treated. */
  readonly possible: (world: World, config: Config) => Matches
  /** As whom people must be treated now. */
  readonly certain: (world: World, config: Config) => Matches
  /** As whom people must be treated once everybody was looked up. */
  readonly settled: (world: World, config: Config) => Matches
  /** A run begins: whoever shares an address with a customer at the target may be matched by it. */
  readonly meet: (world: World, config: Config) => void
  /** The engine put this customer in for this person. */
  readonly witness: (person: string, customer: string) => void
  /** From now on only these are known for sure. */
  readonly recall: (sure: ReadonlyMap<string, string>) => void
  readonly deleted: (customer: string, address: string | null) => void
}

export const make = (): Identity => {
  const sure = new Map<string, string>()
  const may = new Map<string, Set<string>>()
  const lost = new Set<string>()
  /** Addresses that lost matches rested on: whoever takes one is unclear until the loss is noticed. */
  const lostAddresses = new Set<string>()

  const byAddress = (world: World, email: string | null): ReadonlyArray<string> =>
    [...world.customers].filter(([, other]) => sameAddress(other, email)).map(([id]) => id)

  const isLost = (world: World, id: string): boolean => [...lostAddresses].some((address) => sameAddress(address, world.people.get(id)?.email))

  /** Where the match would be by what is known for sure. */
  const plain = (world: World, id: string): ReadonlyArray<string> => {
    const link = sure.get(id)
    return link === undefined ? byAddress(world, world.people.get(id)?.email ?? null) : [link]
  }
  /** Where it may be, once or now. */
  const wide = (world: World, id: string): ReadonlyArray<string> => [...new Set([...plain(world, id), ...(sure.has(id) ? [] : (may.get(id) ?? []))])]

  /** People who meet in one customer, whose one address belongs to several, or whose match rests on an address that is another's now. */
  const unclear = (world: World, config: Config, places: typeof plain): ReadonlySet<string> => {
    const found = new Set<string>()
    const all = active(world, config).map(([id, person]) => ({ id, person, at: places(world, id) }))
    for (const one of all) {
      if (one.at.length > 1 && !sure.has(one.id)) found.add(one.id)
      for (const other of all) {
        if (other.id === one.id) continue
        const rests = one.at.some((customer) => {
          const address = world.customers.get(customer)
          return sameAddress(address, other.person.email) && !sameAddress(address, one.person.email)
        })
        if (one.at.some((customer) => other.at.includes(customer)) || (rests && (sure.has(one.id) || places === wide))) found.add(one.id).add(other.id)
      }
    }
    return found
  }

  const matches = (world: World, config: Config, without: ReadonlySet<string>, of: (id: string) => ReadonlyArray<string>): Matches =>
    new Map(
      active(world, config)
        .filter(([id]) => !without.has(id))
        .map(([id]) => [id, new Set(of(id).filter((customer) => world.customers.has(customer)))])
    )

  return {
    sure,
    lost,
    doubtful: (world, config) => new Set([...unclear(world, config, plain)].flatMap((id) => plain(world, id))),
    mayBeDoubtful: (world, config) => new Set([...unclear(world, config, wide)].flatMap((id) => wide(world, id))),
    // Of several customers of one address one was deleted: until they are looked for again, those who are left may seem to be one.
    possible: (world, config) =>
      matches(world, config, new Set([...unclear(world, config, plain)].filter((id) => !isLost(world, id))), (id) => wide(world, id)),
    certain: (world, config) => matches(world, config, unclear(world, config, wide), (id) => (sure.has(id) ? plain(world, id) : [])),
    settled: (world, config) => {
      const takers = active(world, config).filter(([id]) => isLost(world, id))
      const without = new Set([...unclear(world, config, wide), ...lost, ...takers.map(([id]) => id)])
      return matches(world, config, without, (id) => (wide(world, id).length === 1 ? plain(world, id) : []))
    },
    meet: (world, config) => {
      for (const [id, { email }] of active(world, config)) {
        if (sure.has(id)) continue
        const known = may.get(id) ?? new Set<string>()
        for (const customer of byAddress(world, email)) known.add(customer)
        may.set(id, known)
      }
    },
    witness: (person, customer) => void sure.set(person, customer),
    recall: (known) => {
      for (const [id, customer] of sure) if (known.get(id) !== customer && sure.delete(id)) may.set(id, (may.get(id) ?? new Set<string>()).add(customer))
    },
    deleted: (customer, address) => {
      if (address !== null) lostAddresses.add(address)
      for (const [id, link] of sure)
        if (link === customer) {
          sure.delete(id)
          lost.add(id)
        }
      for (const [id, known] of may) if (known.delete(customer)) lost.add(id)
    }
  }
}
