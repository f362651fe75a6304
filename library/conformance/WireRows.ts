/** Changes rows of a sandbox's answers on their way, whatever list they stand in. */
import * as Effect from "effect/Effect"
import type { SandboxApp, SandboxRequest, WireRow } from "../../src/sandbox/Sandbox.ts"

const isRecord = (value: unknown): value is WireRow => typeof value === "object" && value !== null && !Array.isArray(value)

const inside = (value: unknown, change: (row: WireRow) => WireRow | null): unknown => {
  if (Array.isArray(value)) return value.map((one) => inside(one, change))
  if (!isRecord(value)) return value
  return change(value) ?? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inside(one, change)]))
}

/** `change` answers null for what is no row to change; what is in it is then looked at. */
export const changing =
  (change: (row: WireRow, request: SandboxRequest) => WireRow | null) =>
  (app: SandboxApp): SandboxApp =>
  (request) =>
    Effect.map(app(request), (response) => {
      if (response.status !== 200 || response.body === "") return response
      const body: unknown = JSON.parse(response.body)
      return { ...response, body: JSON.stringify(inside(body, (row) => change(row, request))) }
    })

/** Rows of the customer with this address. */
export const ofAddress =
  (email: string, change: (row: WireRow) => WireRow) =>
  (row: WireRow): WireRow | null =>
    row["email"] === email ? change(row) : null

/** What stands where a text or nothing at all was meant. */
export const strangeValues: ReadonlyArray<readonly [string, unknown]> = [
  ["numbers", 4_711],
  ["nulls", null],
  ["texts", "4711"],
  ["truth values", true],
  ["lists", [4_711]],
  ["objects", { number: 4_711 }]
]

/** Puts `value` into every field of a row but those that are kept. */
export const strange =
  (kept: ReadonlySet<string>, value: unknown) =>
  (row: WireRow): WireRow | null =>
    "id" in row || "user_id" in row ? Object.fromEntries(Object.entries(row).map(([key, reported]) => [key, kept.has(key) ? reported : value])) : null
