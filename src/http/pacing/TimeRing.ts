/** A queue of moments, oldest first, in one array that is reused: it takes no more memory than it ever held at once. */
export interface TimeRing {
  readonly size: () => number
  /** The `index`-th oldest, from 0; NaN if there is none. */
  readonly at: (index: number) => number
  readonly push: (moment: number) => void
  /** Drops all up to and including `moment`; answers how many. */
  readonly dropUntil: (moment: number) => number
}

export const make = (): TimeRing => {
  let slots = new Float64Array(16)
  let first = 0
  let size = 0
  const at = (index: number) => (index < size ? (slots[(first + index) % slots.length] ?? NaN) : NaN)
  const grow = () => {
    const larger = new Float64Array(slots.length * 2)
    for (let index = 0; index < size; index++) larger[index] = at(index)
    slots = larger
    first = 0
  }
  return {
    size: () => size,
    at,
    push: (moment) => {
      if (size === slots.length) grow()
      slots[(first + size) % slots.length] = moment
      size++
    },
    dropUntil: (moment) => {
      const before = size
      while (size > 0 && at(0) <= moment) {
        first = (first + 1) % slots.length
        size--
      }
      return before - size
    }
  }
}
