/** What is wrong with the config file and the files that it names: everything at once, each with its place. */
import * as Schema from "effect/Schema"
import type { Place } from "./Config.ts"

/** `file` is relative to the config file's folder. Line and column count from 1. No message carries the value of a secret. */
export class Problem extends Schema.Class<Problem>("Problem")({
  file: Schema.String,
  line: Schema.Number,
  column: Schema.Number,
  message: Schema.String
}) {}

/** `problems` are sorted by place, those of the config file itself first. `message` prints one a line. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  problems: Schema.Array(Problem)
}) {
  override get message(): string {
    return this.problems.map(({ file, line, column, message }) => `${file}:${line}:${column}  ${message}`).join("\n")
  }
}

/** Collects problems of one file. */
export type Report = (place: Place, message: string) => void

export interface Problems {
  readonly reporter: (file: string) => Report
  /** Nothing has been reported so far. */
  readonly none: () => boolean
  /** All of them, each once; those of `main` first, then file by file, by place. Whatever `secrets` holds is taken out of the messages. */
  readonly invalid: (main: string, secrets: ReadonlyArray<string>) => ConfigInvalid
}

/** Shorter values would be found inside ordinary words; no message shows them anyway. */
const SHORTEST_HIDDEN = 4

const without = (message: string, secrets: ReadonlyArray<string>): string =>
  secrets.filter((secret) => secret.length >= SHORTEST_HIDDEN).reduce((text, secret) => text.replaceAll(secret, "***"), message)

export const make = (): Problems => {
  const found = new Map<string, Problem>()
  return {
    reporter: (file) => (place, message) => {
      const problem = new Problem({ file, line: place.line, column: place.column, message })
      found.set(JSON.stringify(problem), problem)
    },
    none: () => found.size === 0,
    invalid: (main, secrets) => {
      const rank = (file: string): string => (file === main ? "" : file)
      const byPlace = (a: Problem, b: Problem): number =>
        rank(a.file).localeCompare(rank(b.file)) || a.line - b.line || a.column - b.column || a.message.localeCompare(b.message)
      const problems = [...found.values()].sort(byPlace)
      return new ConfigInvalid({
        problems: problems.map((problem) => new Problem({ ...problem, message: without(problem.message, secrets) }))
      })
    }
  }
}
