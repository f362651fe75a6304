/** Numbers that look random and are the same for the same seed. */
export interface Chance {
  /** From 0 up to, not including, 1. */
  readonly next: () => number
  /** A whole number from 0 up to, not including, `below`. */
  readonly whole: (below: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  readonly happens: (probability: number) => boolean
}

export const make = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number): number => Math.floor(next() * below)
  return {
    next,
    whole,
    pick: (from) => {
      const picked = from[whole(from.length)]
      if (picked === undefined) throw new Error("nothing to pick from")
      return picked
    },
    happens: (probability) => next() < probability
  }
}
