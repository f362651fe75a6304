/** Groups as sources and targets know them. */

/** What a source group is: a company record, a tag, a label or a saved segment. */
export type GroupKind = "organization" | "tag" | "label" | "segment"

/**
 * Whom a group is attached to at the source. An organization's tag (`carrier: "organization"`) reaches all members of
 * the organizations that carry it, and is another group than the tag of the same name on customers.
 */
export type GroupCarrier = "customer" | "organization"

/** Identifies a source group within its connection. `id` is the vendor's own, always a string; for a tag, the tag itself. */
export interface GroupKey {
  readonly kind: GroupKind
  readonly carrier: GroupCarrier
  readonly id: string
}

/** Scalar facts of a source record that rules may ask for and name templates may use. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>

/** A source group as read. `fields` are the vendor's custom fields, flat. */
export interface SourceGroup extends GroupKey {
  readonly name: string
  readonly externalId: string | null
  readonly fields: Fields
}

/** One line that tells two keys apart, stable over runs and fit for maps, marks and messages: `organization:5512`, `organization-tag:vip`. */
export const keyText = (key: GroupKey): string => `${key.carrier === "organization" && key.kind !== "organization" ? "organization-" : ""}${key.kind}:${key.id}`

/**
 * A group that exists at a target. `id` is opaque and kept exactly as given.
 * `undefined` means that the answer did not show the field, which says nothing about its value.
 */
export interface TargetGroup {
  readonly id: string
  readonly name: string
  readonly slug: string | undefined
  readonly description: string | undefined
  readonly externalId: string | undefined
  /** Our mark, where the target can carry one and the answer showed it. */
  readonly mark: GroupMark | undefined
  /** Whether this answer would have shown a mark if there was one. */
  readonly marksShown: boolean
  readonly count: number | undefined
  readonly createdAt: number | undefined
}

/** What we write onto groups that we make: which state made it, for which sync and source group. */
export interface GroupMark {
  /** Lineage id of the state that made the group. */
  readonly state: string
  readonly sync: string
  /** The handle of the desired group that the group serves: `zendesk/organization:5512`, or `into:NAME` where several groups share it. */
  readonly key: string
  /** The last run that wrote to the target, on the one group that carries it. Versions up to 0.1.0 wrote none. */
  readonly writer?: MarkWriter
}

/** A run that wrote: its number grows with each, whichever copy of the state it ran from. */
export interface MarkWriter {
  readonly run: number
  /** Opaque; tells two copies of one state apart that gave the same number. */
  readonly machine: string
  /** Epoch milliseconds by that machine's clock. */
  readonly at: number
}

/** What a target group should be called and carry. Absent optional fields are left to the target. */
export interface GroupDraft {
  readonly name: string
  readonly slug: string | undefined
  readonly description: string | undefined
  readonly externalId: string | undefined
  readonly customFields: Readonly<Record<string, string>>
}

/** Letters that show nothing: zero-width and direction marks, soft hyphens, selectors of variants, fillers; not the tags of which flags are made. */
const invisible = /(?![\u{E0000}-\u{E007F}])\p{Default_Ignorable_Code_Point}/gu

/** The form in which two names are the same to a person: case, width and inner space folded, what shows nothing left out. */
export const foldName = (name: string): string => name.normalize("NFKC").replace(invisible, "").trim().replace(/\s+/g, " ").toLowerCase()
