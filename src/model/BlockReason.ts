/** Why rules lead to a target group that is not written to: nobody joins or leaves it, and it is neither made nor renamed. */

/** Stored as JSON beside the desired group; the words for people stand in `src/report/BlockWording.ts`. */
export type BlockReason =
  /** The target takes names of at most `most` characters. */
  | { readonly code: "name-too-long"; readonly characters: number; readonly most: number }
  /** So many groups at the target have the same mark, external id, slug or name. */
  | { readonly code: "several-groups"; readonly groups: number; readonly by: "mark" | "externalId" | "slug" | "name" }
  /** Another source group leads to the same name, without a common `into:`. */
  | { readonly code: "name-meets" }
  /** Another source group leads to the same target group, without a common `into:`. */
  | { readonly code: "group-meets" }
  /** The group would be renamed to a name that another group has. */
  | { readonly code: "name-taken"; readonly name: string }
  /** A group of the same name is there; the name is a cut one, so it does not show whether it is the same group. */
  | { readonly code: "cut-name"; readonly name: string }
  | { readonly code: "no-create-call" }
  /** The target's list of groups could not be read whole, so the group may be there already. */
  | { readonly code: "list-incomplete" }
  | { readonly code: "slug-taken"; readonly slug: string }
  | { readonly code: "slug-refused"; readonly most: number }
  | { readonly code: "no-free-slug" }
  /** The source group has nothing in fields that its rule's name or external id asks for; other groups of the rule have. */
  | { readonly code: "field-missing"; readonly fields: ReadonlyArray<string>; readonly rule: number; readonly line: number }
  /** No source group that the rule takes has all the fields that its name or external id asks for. */
  | { readonly code: "no-such-field"; readonly fields: ReadonlyArray<string>; readonly rule: number; readonly line: number }

/** Whether the run did not do what the config asks for, and does not until a person changes something. */
export const needsPerson = ({ code }: BlockReason): boolean => code === "name-taken" || code === "no-such-field"

/** As stored. */
export const decode = (text: string): BlockReason => JSON.parse(text) as BlockReason

export const encode = (reason: BlockReason): string => JSON.stringify(reason)
