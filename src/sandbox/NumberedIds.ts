/** Ids of vendors whose ids are integers. */

/** An id that is such a number stays; what the caller calls by another name gets a number of its own, from `first` on, the same each time. */
export const make = (first: number): ((id: string) => number) => {
  const given = new Map<string, number>()
  return (id) => {
    if (/^[1-9]\d{0,14}$/.test(id)) return Number(id)
    const number = given.get(id) ?? first + given.size
    given.set(id, number)
    return number
  }
}
