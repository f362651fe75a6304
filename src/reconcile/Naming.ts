/** What a desired group is called at a target that takes only short names, or names groups by slugs that we choose. Pure. */
import { createHash } from "node:crypto"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { DesiredGroup } from "./Rules.ts"

export type Naming = Pick<TargetDeclaration["groups"], "nameLength" | "longNames" | "slugs">

/** Names as they come. */
export const free: Naming = { nameLength: null, longNames: "refused", slugs: null }

/** Neither vowels, which make words, nor letters and digits that look alike. */
const alphabet = "bcdfghjkmnpqrstvwxz2456789"

/** Four characters that stand for a handle: the same in every run and on every machine. */
export const tail = (handle: string): string => {
  const digest = createHash("sha256").update(handle).digest()
  return [0, 2, 4, 6].map((at) => alphabet[digest.readUInt16BE(at) % alphabet.length]).join("")
}

const characters = (text: string): ReadonlyArray<string> => [...text]

/** The beginning of the text, a hyphen and the handle's four characters: at most `longest` characters. */
export const cut = (text: string, longest: number, handle: string): string => {
  const beginning = characters(text)
    .slice(0, longest - 5)
    .join("")
    .replace(/[\s-]+$/u, "")
  return beginning === "" ? tail(handle) : `${beginning}-${tail(handle)}`
}

export interface Named {
  readonly desired: DesiredGroup
  /** The name was too long and is cut: it means nothing that it is also somebody else's. */
  readonly cut: boolean
  /** The rule itself names the slug. */
  readonly explicitSlug: boolean
}

/** The desired group as the target can take it. A slug may still meet another one, which only who knows them all can tell. */
export const fit = (desired: DesiredGroup, { nameLength, longNames, slugs }: Naming): Named => {
  const { draft, handle } = desired
  const long = longNames === "cut" && nameLength !== null && characters(draft.name).length > nameLength
  const name = long ? cut(draft.name, nameLength, handle) : draft.name
  const made = slugs?.of(draft.slug ?? draft.name)
  const slug = slugs == null || made === undefined ? draft.slug : made.lossy && draft.slug === undefined ? cut(made.slug, slugs.longest, handle) : made.slug
  return { desired: { ...desired, draft: { ...draft, name, slug } }, cut: long, explicitSlug: draft.slug !== undefined }
}
