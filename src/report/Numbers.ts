/** Numbers for people, alone and with what they count. */

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 })

/** "5,914"; at most one decimal. */
export const number = (value: number): string => numbers.format(value)

/** "1 new group", "2 new groups", "5 people" with `plural(5, "person", "people")`. */
export const plural = (count: number, one: string, many: string = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`
