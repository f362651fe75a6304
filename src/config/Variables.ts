/** `${NAME}` and `${file:PATH}` in the values of the config file. */
import * as Either from "effect/Either"
import * as path from "node:path"
import { nearest } from "../model/Nearest.ts"
import * as EnvFile from "./EnvFile.ts"
import * as TextFile from "./TextFile.ts"

export interface Variables {
  /** The text with everything filled in. Left: what could not be, one message each. */
  readonly fill: (text: string) => Either.Either<string, ReadonlyArray<string>>
  /** Every value filled in so far, each once. */
  readonly values: () => ReadonlyArray<string>
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g

const FORMS = "write ${NAME} or ${file:PATH}, and $${ for a ${ that is meant so"

/** Whether `fill` would change the text. */
export const refers = (text: string): boolean => text.includes("${")

const notSet = "is not set; looked in"

/** Whether a problem is that a variable has no value, and nothing else. */
export const isUnset = (message: string): boolean => message.startsWith("${") && message.includes(`} ${notSet}`)

/** Looks into `env`, then into `.env` in `dir`; an empty value counts as none. Files are relative to `dir`, space around their text is cut off. */
export const make = (dir: string, env: Readonly<Record<string, string | undefined>>): Variables => {
  const values = new Set<string>()
  const dotenv = TextFile.read(path.join(dir, ".env")).pipe(Either.map(EnvFile.parse))

  const missing = (name: string): string => {
    const beside: Readonly<Record<string, string | undefined>> = Either.getOrElse(dotenv, () => ({}))
    const inEnv = env[name] === undefined ? "the environment" : "the environment (empty there)"
    const reason = Either.isLeft(dotenv) ? ` (${dotenv.left})` : beside[name] === undefined ? "" : " (empty there)"
    const near = nearest(
      name,
      [...Object.keys(beside), ...Object.keys(env)].filter((other) => other !== name)
    )
    return `\${${name}} ${notSet} ${inEnv} and in .env beside this file${reason}${near === undefined ? "" : `; did you mean "${near}"?`}`
  }

  const variable = (name: string): Either.Either<string, string> => {
    if (!NAME.test(name)) return Either.left(`\${${name}} names no variable; ${FORMS}`)
    const value = env[name] || Either.getOrElse(dotenv, () => ({}) as Record<string, string | undefined>)[name]
    return value ? Either.right(value) : Either.left(missing(name))
  }

  const file = (name: string): Either.Either<string, string> => {
    const text = TextFile.read(path.resolve(dir, name)).pipe(Either.map((read) => read.trim()))
    if (Either.isLeft(text)) return Either.left(`\${file:${name}}: ${text.left}; looked at ${path.resolve(dir, name)}`)
    return text.right === "" ? Either.left(`\${file:${name}}: the file is empty`) : text
  }

  const look = (reference: string): Either.Either<string, string> =>
    reference.startsWith("file:") ? file(reference.slice("file:".length).trim()) : variable(reference.trim())

  return {
    values: () => [...values],
    fill: (text) => {
      const problems: Array<string> = []
      const filled = text.replace(REFERENCE, (whole: string, reference: string | undefined) => {
        if (whole === "$${") return "${"
        if (reference === undefined) problems.push(`\${ is not closed; ${FORMS}`)
        const value = reference === undefined ? Either.right("") : look(reference)
        if (Either.isLeft(value)) problems.push(value.left)
        else if (value.right !== "") values.add(value.right)
        return Either.getOrElse(value, () => "")
      })
      return problems.length > 0 ? Either.left(problems) : Either.right(filled)
    }
  }
}
