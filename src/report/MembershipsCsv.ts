/** Who is in which group of a target, as three CSV files (RFC 4180, UTF-8) that another system, or our own CSV source, can read. */
import * as Predicate from "effect/Predicate"
import * as Escape from "./Escape.ts"

type Value = string | number | null

export interface CsvFile {
  /** What follows the name that was given, before its ending: "customers". Empty: that file itself. */
  readonly suffix: string
  /** Kind of the exported rows that go into it. */
  readonly kind: string
  readonly header: ReadonlyArray<string>
  readonly fields: (row: Readonly<Record<string, unknown>>) => ReadonlyArray<Value>
}

const value = (found: unknown): Value => (typeof found === "string" || typeof found === "number" ? found : null)

/** Columns are only ever added at the end. */
export const files: ReadonlyArray<CsvFile> = [
  {
    suffix: "",
    kind: "membership",
    header: ["customer", "group", "email", "groupName", "origin", "since"],
    fields: (row) => ["customer", "group", "email", "groupName", "origin", "since"].map((name) => value(row[name]))
  },
  {
    suffix: "customers",
    kind: "targetCustomer",
    header: ["id", "email", "name", "externalId"],
    fields: (row) => ["id", "email", "name", "externalId"].map((name) => value(row[name]))
  },
  { suffix: "groups", kind: "targetGroup", header: ["id", "name", "externalId"], fields: (row) => ["id", "name", "externalId"].map((name) => value(row[name])) }
]

export const head = ({ header }: CsvFile): string => Escape.csvLine(header)

/** The file that an exported row belongs to, with its line; null for one of another kind or target, and for what is gone there or has no id yet. */
export const line = (row: unknown, target: string): { readonly kind: string; readonly text: string } | null => {
  if (!Predicate.isRecord(row) || row["target"] !== target || (row["goneAt"] ?? null) !== null) return null
  const file = files.find(({ kind }) => kind === row["kind"])
  if (file === undefined) return null
  const fields = file.fields(row)
  const ids = file.kind === "membership" ? fields.slice(0, 2) : fields.slice(0, 1)
  return ids.some((id) => id === null) ? null : { kind: file.kind, text: Escape.csvLine(fields) }
}
