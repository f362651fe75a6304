/**
 * What the page's writer hands to its script: dictionaries, and blocks of rows in columns. Both sides import it, so it knows nothing of Node and nothing
 * of browsers.
 */

/** A kind of change as the page shows it. `rank`: its place where nothing else is sorted by, removals first. */
export interface Operation {
  readonly label: string
  readonly tone: "good" | "bad" | "warn"
  readonly rank: number
  /** Whether `explain` tells why. */
  readonly explains: boolean
}

/** Kinds of source records: "zendesk user", and where its page is (see `RecordUrl`). */
export interface SourceKind {
  readonly connection: string
  readonly record: string
  readonly url: string | null
}

/** Texts that rows name by their place here. All are safe to show; none is HTML. */
export interface PageData {
  readonly sync: string
  readonly rows: number
  readonly operations: ReadonlyArray<Operation>
  readonly causes: ReadonlyArray<string>
  readonly groups: ReadonlyArray<string>
  /** What the rule says; `name` is "rule 2 (line 19)". */
  readonly rules: ReadonlyArray<{ readonly name: string; readonly meaning: string }>
  readonly held: ReadonlyArray<string>
  readonly sources: ReadonlyArray<SourceKind>
}

/** Pairs of a value and how many rows in a row have it: columns of few values, in an order in which they stay long. */
export type Runs = ReadonlyArray<number>

/** Some rows. Runs hold places in `PageData`, from 1; 0 stands for none. Texts are joined by line ends, of which none has any. */
export interface Block {
  readonly rows: number
  readonly operation: Runs
  readonly cause: Runs
  readonly group: Runs
  readonly rule: Runs
  readonly held: Runs
  readonly source: Runs
  /** E-mail, else name, else id of the person; empty for a change of a group. */
  readonly who: string
  /** The name, where `who` is the e-mail. */
  readonly name: string
  /** The source record's id. */
  readonly id: string
}

/** Type of the script elements that hold blocks: gzip in base64. */
export const BLOCK_TYPE = "application/gzip+base64"

/** Rows that the page shows without its script. */
export const STATIC_ROWS = 1000
