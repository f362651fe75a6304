/** Writes a first config file and its `.env` from what a person chose. Pure. */
import type { GroupCarrier, GroupKind } from "../model/Group.ts"

export interface NewOption {
  readonly name: string
  readonly value: string
  /** Written to `.env` under `variable`, and referred to in the config file. */
  readonly secret: boolean
}

export interface NewConnection {
  readonly name: string
  readonly connector: string
  readonly options: ReadonlyArray<NewOption>
}

/** `include` empty: every group of the kind. */
export interface NewRule {
  readonly kind: GroupKind
  readonly carrier: GroupCarrier
  readonly include: ReadonlyArray<string>
}

export interface NewConfig {
  /** Where editors find the config's schema; null where that is not known. */
  readonly schema: string | null
  readonly from: NewConnection
  readonly to: NewConnection
  readonly sync: string
  readonly rules: ReadonlyArray<NewRule>
}

/** The variable that holds a secret option of a connection: ZENDESK_CLIENT_SECRET. */
export const variable = (connection: string, option: string): string =>
  `${connection}_${option.replaceAll(/[a-z0-9](?=[A-Z])/g, "$&_")}`.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase()

/** Words that YAML 1.1 or 1.2 reads as something else than a text. */
const reserved = /^(?:true|false|yes|no|on|off|null)$/i

const scalar = (value: string): string => {
  const text = value.replaceAll("${", "$${")
  return /^[A-Za-z_][\w./-]*$/.test(text) && !reserved.test(text) ? text : JSON.stringify(text)
}

const connection = ({ connector, name, options }: NewConnection): ReadonlyArray<string> => [
  `  ${scalar(name)}:`,
  `    connector: ${scalar(connector)}`,
  ...options.map((option) => `    ${option.name}: ${option.secret ? `\${${variable(name, option.name)}}` : scalar(option.value)}`)
]

const rule = ({ carrier, include, kind }: NewRule): ReadonlyArray<string> => [
  `      - kind: ${kind}`,
  ...(carrier === "customer" ? [] : ["        of: organizations"]),
  ...(include.length === 0 ? [] : [`        include: [${include.map(scalar).join(", ")}]`])
]

/** The text of the config file. Secrets are not in it. */
export const yaml = ({ from, rules, schema, sync, to }: NewConfig): string =>
  [
    ...(schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]),
    "connections:",
    ...connection(from),
    ...connection(to),
    "syncs:",
    `  ${scalar(sync)}:`,
    `    from: ${scalar(from.name)}`,
    `    to: ${scalar(to.name)}`,
    "    rules:                       # the first rule that matches a source group wins; what no rule takes is left alone",
    ...rules.flatMap(rule),
    '    schedule: "7 * * * *"        # for groupbridge serve',
    ""
  ].join("\n")

/** The secret options of the connections with their variables, in order. */
export const secrets = ({ from, to }: Pick<NewConfig, "from" | "to">): ReadonlyArray<{ readonly variable: string; readonly value: string }> =>
  [from, to].flatMap(({ name, options }) =>
    options.filter(({ secret }) => secret).map((option) => ({ variable: variable(name, option.name), value: option.value }))
  )

/** A value as `.env` holds it: in the first quotes that it does not hold itself, where it needs any. Null: no line can hold it. */
const quoted = (value: string): string | null => {
  if (/[\r\n]/.test(value)) return null
  if (/^[^\s#"'`]*$/.test(value)) return value
  const quote = ["'", "`", '"'].find((one) => !value.includes(one) && !(one === '"' && value.includes(String.raw`\n`)))
  return quote === undefined ? null : `${quote}${value}${quote}`
}

/** Whether `.env` can hold the value. */
export const canHold = (value: string): boolean => quoted(value) !== null

/** The text of `.env`: a line for each variable, empty where its value is not known yet. */
export const environment = (variables: ReturnType<typeof secrets>): string =>
  variables.map(({ value, variable: name }) => `${name}=${quoted(value) ?? ""}\n`).join("")
