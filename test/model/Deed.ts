/** What is done to the target, by the row that it is done to. */
import type { Row } from "./World.ts"

/** Who put a row there that is there. `unsure`: it was ours, then people took it out and put it in before anybody looked. */
export type Origin = "ours" | "hand" | "unsure"

export type Op = "add" | "remove" | "create" | "rename"
/** An op and its row; for a group as a whole the row has no customer. */
export type Deed = string
export const deed = (op: Op, of: Row): Deed => `${op} ${of}`
