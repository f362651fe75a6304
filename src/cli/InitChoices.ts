/** What `init` has to know, from options, the environment or, at a terminal, the person there: systems, their options, and which groups are taken. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import * as EnvFile from "../config/EnvFile.ts"
import * as NewConfig from "../config/NewConfig.ts"
import * as TextFile from "../config/TextFile.ts"
import type { AnyConnector } from "../contract/Connector.ts"
import * as ConnectorOptions from "../report/ConnectorOptions.ts"
import * as InitText from "../report/InitText.ts"
import * as Ask from "./Ask.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Invocation } from "./Invocation.ts"
import { unknown, UsageError } from "./UsageError.ts"

export interface InitOptions extends CommonOptions {
  readonly from?: string
  readonly to?: string
  /** `CONNECTION.OPTION=VALUE`. */
  readonly option?: ReadonlyArray<string>
  /** `KIND` or `KIND:PATTERN,PATTERN`. */
  readonly rule?: ReadonlyArray<string>
  readonly dir?: string
}

type Role = "source" | "target"

const flags: Readonly<Record<Role, "from" | "to">> = { source: "from", target: "to" }

/** The connector for one side: named by an option, else chosen at the terminal. */
export const connector = (invocation: Invocation, options: InitOptions, role: Role): Effect.Effect<AnyConnector, UsageError> =>
  Effect.gen(function* () {
    yield* invocation.environment.loadConnectors()
    const able = [...invocation.environment.connectors.values()].filter((one) => one[role] !== undefined)
    const names = able.map(({ name }) => name)
    const given = options[flags[role]]
    if (given === undefined && !invocation.interactive)
      return yield* new UsageError({
        message: `init needs --${flags[role]}, one of ${names.join(", ")}: there is no terminal to ask at. No config was written.`
      })
    if (given === undefined) invocation.output.note(InitText.systems(able, role))
    while (true) {
      const answer = given ?? (yield* Ask.line(invocation, InitText.whichSystem(role))).trim()
      const found = able.find(({ name }, index) => name === answer.toLowerCase() || String(index + 1) === answer)
      if (found !== undefined) return found
      if (given !== undefined || answer === "") return yield* unknown(role, answer, names)
      invocation.output.note(unknown(role, answer, names).message)
    }
  })

/** Values of `--option`, by connection and option. Secrets are refused: a list of processes shows them. */
const fromFlags = (options: InitOptions, connectors: ReadonlyArray<AnyConnector>): Effect.Effect<ReadonlyMap<string, string>, UsageError> =>
  Effect.gen(function* () {
    const values = new Map<string, string>()
    const known = new Map<string, boolean>(
      connectors.flatMap((one) => ConnectorOptions.of(one).map((option) => [`${one.name}.${option.name}`, option.secret] as const))
    )
    for (const text of options.option ?? []) {
      const split = text.indexOf("=")
      const name = text.slice(0, Math.max(split, 0))
      const isSecret = known.get(name)
      if (split < 0) return yield* new UsageError({ message: `--option ${JSON.stringify(text)}: write CONNECTION.OPTION=VALUE` })
      if (isSecret === undefined) return yield* unknown("option", name, known.keys())
      const [connection = "", option = ""] = name.split(".")
      if (isSecret)
        return yield* new UsageError({
          message: `--option ${name} is a secret, and a list of processes would show it: set ${NewConfig.variable(connection, option)} in the environment or in .env`
        })
      values.set(name, text.slice(split + 1))
    }
    return values
  })

/** What is known without asking. */
export interface Given {
  /** Of `--option`. */
  readonly values: ReadonlyMap<string, string>
  /** The environment, and `.env` where the config is to stand. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** The environment, and below it `.env` in the folder. */
export const variables = (dir: string): Given["variables"] => ({
  ...Either.getOrElse(Either.map(TextFile.read(join(dir, ".env")), EnvFile.parse), () => ({})),
  ...process.env
})

export const given = (options: InitOptions, dir: string, connectors: ReadonlyArray<AnyConnector>): Effect.Effect<Given, UsageError> =>
  Effect.map(fromFlags(options, connectors), (values) => ({ values, variables: variables(dir) }))

/** One option's value as it is known without asking; null: it is not. */
const knownValue = ({ name: connection, example }: AnyConnector, option: ConnectorOptions.ConnectorOption, known: Given): string | null => {
  const given = known.values.get(`${connection}.${option.name}`) ?? example?.options[option.name]
  return (option.secret ? known.variables[NewConfig.variable(connection, option.name)] : given) || null
}

/** One option's value. A secret that is not known without a terminal stays empty, to be filled in. */
const value = (invocation: Invocation, connector: AnyConnector, option: ConnectorOptions.ConnectorOption, known: Given, again: boolean) =>
  Effect.gen(function* () {
    const name = `${connector.name}.${option.name}`
    const before = knownValue(connector, option, known)
    if (before !== null && !again) return before
    if (!invocation.interactive) {
      if (option.secret) return ""
      return yield* new UsageError({ message: `init needs --option ${name}=VALUE (${option.description}) No config was written.` })
    }
    invocation.output.note(`${option.name}: ${option.description}`)
    while (true) {
      const answer = (yield* option.secret ? Ask.secret(invocation, `${name} (not shown): `) : Ask.line(invocation, `${name}: `)).trim()
      if (answer === "") return yield* new UsageError({ message: `no ${name} was given. No config was written.` })
      if (!option.secret || NewConfig.canHold(answer)) return answer
      invocation.output.note("This value has all kinds of quotes in it, so .env cannot hold it. Is it complete, and only the secret?")
    }
  })

/** The connection that is known without asking; null: its options are not all there. */
const complete = (connector: AnyConnector, known: Given): NewConfig.NewConnection | null => {
  const { name } = connector
  const options = ConnectorOptions.of(connector).flatMap((option) => {
    const text = knownValue(connector, option, known)
    return text === null ? [] : [{ name: option.name, value: text, secret: option.secret }]
  })
  const decoded = Schema.decodeUnknownEither(connector.options)(Object.fromEntries(options.map((option) => [option.name, option.value])))
  return Either.isRight(decoded) ? { name, connector: name, options } : null
}

/**
 * What the config says of one side: what is known, where that is enough for a connection, else the options that a new connection is asked for, and any other
 * that was given. `again`: what is known of the former was refused.
 */
export const connection = (invocation: Invocation, connector: AnyConnector, known: Given, again = false): Effect.Effect<NewConfig.NewConnection, UsageError> =>
  Effect.gen(function* () {
    const { name } = connector
    const whole = again ? null : complete(connector, known)
    if (whole !== null) return whole
    const asked = ConnectorOptions.asked(connector)
    const options = yield* Effect.forEach(asked, (option) =>
      Effect.map(value(invocation, connector, option, known, again), (text) => ({ name: option.name, value: text, secret: option.secret }))
    )
    const more = ConnectorOptions.of(connector).flatMap((option) => {
      const text = known.values.get(`${name}.${option.name}`)
      return text === undefined || asked.some((one) => one.name === option.name) ? [] : [{ name: option.name, value: text, secret: false }]
    })
    return { name, connector: name, options: [...options, ...more] }
  })

type Kind = Pick<NewConfig.NewRule, "kind" | "carrier">

/** The kinds of groups that a source gives customers, each once. */
const kindsOf = ({ source }: AnyConnector): ReadonlyArray<Kind> => {
  const found = new Map<string, Kind>()
  for (const part of source?.declaration.streams.flatMap(({ parts }) => parts) ?? []) {
    if (part === "customers" || "groups" in part) continue
    const kind = "memberships" in part ? { kind: part.memberships, carrier: part.carrier } : { kind: part.inclusions, carrier: part.carrier }
    found.set(kindName(kind), kind)
  }
  return [...found.values()]
}

/** As `--rule` takes it. */
const kindName = ({ carrier, kind }: Kind): string => (carrier === "organization" ? `organization-${kind}` : kind)

const patterns = (text: string): ReadonlyArray<string> => text.split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]))

/** The rules of `--rule`, else one for organizations, which are few and have names that people chose. */
export const firstRules = (options: InitOptions, source: AnyConnector): Effect.Effect<ReadonlyArray<NewConfig.NewRule>, UsageError> =>
  Effect.gen(function* () {
    const kinds = kindsOf(source)
    if (options.rule === undefined) return kinds.flatMap((kind) => (kind.kind === "organization" ? [{ ...kind, include: [] }] : []))
    return yield* Effect.forEach(options.rule, (text) => {
      const [name = "", ...rest] = text.split(":")
      const kind = kinds.find((one) => kindName(one) === name)
      return kind === undefined
        ? Effect.fail(unknown("kind of group", name, kinds.map(kindName)))
        : Effect.succeed({ ...kind, include: patterns(rest.join(":")).filter((one) => one !== "*") })
    })
  })

/** The rules that the person at the terminal says, kind by kind. */
export const askedRules = (invocation: Invocation, source: AnyConnector): Effect.Effect<ReadonlyArray<NewConfig.NewRule>> =>
  Effect.map(
    Effect.forEach(kindsOf(source), (kind) =>
      Effect.map(Ask.line(invocation, InitText.whichGroups(kind)), (answer) => ({ ...kind, include: patterns(answer) }))
    ),
    (rules) => rules.flatMap((rule) => (rule.include.length === 0 ? [] : [{ ...rule, include: rule.include.includes("*") ? [] : rule.include }]))
  )
