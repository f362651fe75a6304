/** How a described vendor is called: base URL, credential, refusals and the call that says who we are. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectionContext } from "../contract/Connector.ts"
import { ConnectorError, type Reason } from "../contract/ConnectorError.ts"
import * as ClientCredentials from "../http/auth/ClientCredentials.ts"
import * as LiveVendorClient from "../http/LiveVendorClient.ts"
import * as VendorWords from "../http/VendorWords.ts"
import type { Manifest } from "./Manifest.ts"
import type * as Paging from "./Paging.ts"
import * as Template from "./Template.ts"

interface Call {
  readonly path: string
  readonly params?: Readonly<Record<string, string | number | boolean>>
  readonly body?: unknown
}

export interface Calls {
  readonly place: Paging.Place
  /** The call with options filled in. `more`: values for this call alone. */
  readonly ask: (call: Call, more?: Readonly<Record<string, string>>) => Paging.Ask
  /** `template` is the path that errors name. */
  readonly read: (ask: Paging.Ask, template: string) => Effect.Effect<Paging.Answer, ConnectorError>
  /** What the call of `identity` answers; null where the manifest names none. Fails unless the vendor itself answers. */
  readonly answers: Effect.Effect<unknown, ConnectorError> | null
  readonly malformed: (call: string, detail: string) => Effect.Effect<never, ConnectorError>
}

export interface Options {
  readonly baseUrl: string
  /** By name, the secret ones too. */
  readonly values: Readonly<Record<string, string>>
  readonly secrets: ReadonlySet<string>
}

interface Refused {
  readonly words: string | null
  readonly code: string | null
}

const decodeJson = Schema.decodeUnknownOption(Schema.parseJson())

/** What a refusal says, and what it means where the manifest knows it. */
const refusalOf = ({ errors = {} }: Manifest, status: number, body: unknown): Refused & { readonly reason: Reason | undefined } => {
  const code = errors.code === undefined ? null : Template.textOf(Template.at(body, errors.code))
  const words = errors.words === undefined ? null : Template.textOf(Template.at(body, errors.words))
  const reason = errors.means?.find((one) => (one.status ?? status) === status && (one.code ?? code) === code)?.is
  return { words, code, reason }
}

const decodeError =
  (manifest: Manifest) =>
  (status: number, _headers: Readonly<Record<string, string>>, body: string): Partial<VendorWords.Refusal> | undefined => {
    if (status === 404 && VendorWords.isHtml(body)) return { reason: "Malformed", detail: "a web page came instead of data: is baseUrl right?" }
    const { code, reason, words } = refusalOf(manifest, status, Option.getOrNull(decodeJson(body)))
    return { ...(reason === undefined ? {} : { reason }), ...(words === null ? {} : { detail: words }), ...(code === null ? {} : { code }) }
  }

/** Texts inside, however deep, with options filled in. */
const filledBody = (body: unknown, values: Readonly<Record<string, string>>): unknown => {
  if (typeof body === "string") return Template.fillOptions(body, values)
  if (Array.isArray(body)) return body.map((one) => filledBody(one, values))
  if (typeof body !== "object" || body === null) return body
  return Object.fromEntries(Object.entries(body).map(([key, one]) => [key, filledBody(one, values)]))
}

const redactedAll = (templates: Readonly<Record<string, string>> | undefined, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(templates ?? {}).map(([name, template]) => [name, Redacted.make(Template.fillOptions(template, values))]))

export const make = (manifest: Manifest, { baseUrl, secrets, values }: Options, context: ConnectionContext): Effect.Effect<Calls, ConnectorError> =>
  Effect.gen(function* () {
    const { auth = {}, errors, identity } = manifest
    for (const name of secrets) context.redactor.hide(values[name] ?? "")
    const { basic, clientCredentials } = auth
    const pair = basic === undefined ? null : `${Template.fillOptions(basic.user, values)}:${Template.fillOptions(basic.password, values)}`
    const token =
      clientCredentials === undefined
        ? undefined
        : yield* ClientCredentials.make(context, {
            baseUrl,
            path: clientCredentials.path,
            clientId: Template.fillOptions(clientCredentials.clientId, values),
            clientSecret: Redacted.make(Template.fillOptions(clientCredentials.clientSecret, values)),
            scope: clientCredentials.scope,
            remedy: "check the client's id and secret"
          })
    const client = yield* LiveVendorClient.make(context, {
      baseUrl,
      headers: {
        ...redactedAll(auth.headers, values),
        ...(auth.bearer === undefined ? {} : { authorization: Redacted.make(`Bearer ${Template.fillOptions(auth.bearer, values)}`) }),
        ...(pair === null ? {} : { authorization: Redacted.make(`Basic ${Buffer.from(pair).toString("base64")}`) })
      },
      params: redactedAll(auth.query, values),
      decodeError: decodeError(manifest),
      ...(token === undefined ? {} : { token })
    })

    const failed = (call: string, reason: Reason, detail: string, code: string | null = null) =>
      Effect.fail(new ConnectorError({ connection: context.name, call: `GET ${call}`, reason, detail, code, status: 200, effect: "none" }))

    const read: Calls["read"] = ({ body, params, path }, template) =>
      Effect.flatMap(client.read({ path, template, params, ...(body === undefined ? {} : { body }), schema: Schema.Unknown }), (answer) => {
        const refusal = errors?.in200 === undefined ? undefined : Template.at(answer.body, errors.in200)
        if (refusal === undefined || refusal === null || (Array.isArray(refusal) && refusal.length === 0)) return Effect.succeed(answer)
        const { code, reason, words } = refusalOf(manifest, 200, answer.body)
        return failed(template, reason ?? "Malformed", words ?? "the answer holds an error", code)
      })

    const ask: Calls["ask"] = ({ body, params = {}, path }, more = {}) => {
      const all = { ...values, ...more }
      return {
        path: Template.fillOptions(path, all, encodeURIComponent),
        params: Object.fromEntries(
          Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? Template.fillOptions(value, all) : String(value)])
        ),
        body: filledBody(body, all)
      }
    }

    return {
      place: { baseUrl, secretParams: Object.keys(auth.query ?? {}) },
      ask,
      read,
      answers:
        identity === undefined
          ? null
          : Effect.flatMap(read(ask(identity), identity.path), ({ body }) => {
              const lacking = [identity.account].some((template) => template !== undefined && Template.fill(template, body) === null)
              return typeof body !== "object" || body === null || lacking
                ? failed(identity.path, "Malformed", "the answer does not say whose account it is")
                : Effect.succeed(body as unknown)
            }),
      malformed: (call, detail) => failed(call, "Malformed", detail)
    }
  })
