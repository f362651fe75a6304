/** Which database a URL names, and how it is reached. Nothing here says the password. */
import * as Either from "effect/Either"
import { basename } from "node:path"

/** `full`: the certificate is checked. `unchecked`: encrypted, the server unproven. */
export type Tls = "off" | "unchecked" | "full"

export interface Server {
  readonly kind: "postgres" | "mysql"
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string
  readonly tls: Tls
}

export type Place = Server | { readonly kind: "sqlite"; readonly file: string }

const sqlite = /^sqlite:(?:\/\/)?/i
const kinds: Readonly<Record<string, Server["kind"]>> = { "postgres:": "postgres", "postgresql:": "postgres", "mysql:": "mysql", "mariadb:": "mysql" }
const ports = { postgres: 5432, mysql: 3306 } as const
const modes: Readonly<Record<string, Tls>> = { disable: "off", require: "unchecked", "verify-full": "full" }
const here = new Set(["localhost", "127.0.0.1", "[::1]"])

/** The URL with the path of an SQLite file made absolute. */
export const located = (url: string, absolute: (path: string) => string): string =>
  sqlite.test(url) && url.replace(sqlite, "") !== "" ? `sqlite:${absolute(url.replace(sqlite, ""))}` : url

const decoded = (text: string): string | undefined => (text === "" ? undefined : decodeURIComponent(text))

const forms = "postgres://USER:PASSWORD@HOST/DATABASE, mysql://USER:PASSWORD@HOST/DATABASE or sqlite:FILE"

/** The place, or what is wrong with the URL. */
export const parse = (text: string): Either.Either<Place, string> => {
  if (sqlite.test(text)) {
    const file = text.replace(sqlite, "")
    return file === "" ? Either.left("names no file; write sqlite:FILE") : Either.right({ kind: "sqlite", file })
  }
  const url = URL.canParse(text) ? new URL(text) : null
  const kind = url === null ? undefined : kinds[url.protocol]
  if (url === null || kind === undefined) {
    return Either.left(`is no URL of a database; write ${forms}, with %40 for @ and %2F for / in a user or password`)
  }
  const unknown = [...url.searchParams.keys()].find((name) => name !== "sslmode" && name !== "host")
  if (unknown !== undefined) return Either.left(`has a parameter ${unknown}, which is not known here; allowed: sslmode, host`)
  const mode = url.searchParams.get("sslmode")
  const tls = mode === null ? undefined : modes[mode]
  if (mode !== null && tls === undefined) return Either.left(`has a sslmode that is not known here; allowed: ${Object.keys(modes).join(", ")}`)
  const host = url.searchParams.get("host") ?? url.hostname
  const database = decoded(url.pathname.slice(1))
  if (host === "") return Either.left("names no host")
  if (database === undefined) return Either.left("names no database after the host")
  return Either.right({
    kind,
    host: host.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? ports[kind] : Number(url.port),
    user: decoded(url.username),
    password: decoded(url.password),
    database,
    tls: tls ?? (here.has(host) || host.startsWith("/") ? "off" : "full")
  })
}

/** Names the database for good, independent of the user; an SQLite file by its name alone, so that a project may be moved. */
export const accountOf = (place: Place): string =>
  place.kind === "sqlite" ? `sqlite ${basename(place.file)}` : `${place.kind} ${place.host}:${place.port}/${place.database}`

export const labelOf = (place: Place): string => (place.kind === "sqlite" ? basename(place.file) : `${place.database} at ${place.host}`)
