/** Numbers for people, alone and with what they count. */

let decimals: Intl.NumberFormat | undefined

/** Made where it is needed: that takes a tenth of the start of a command. */
const withDecimal = (value: number): string => (decimals ??= new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 })).format(value)

/** "5,914"; at most one decimal. */
export const number = (value: number): string => (Number.isSafeInteger(value) ? String(value).replace(/\B(?=(?:\d{3})+$)/g, ",") : withDecimal(value))

/** "1 new group", "2 new groups", "5 people" with `plural(5, "person", "people")`. */
export const plural = (count: number, one: string, many: string = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`
