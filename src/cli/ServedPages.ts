/** What a service shows and lets decide: its routes, and who may take them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { isLoopback } from "../http/Loopback.ts"
import * as ServicePage from "../report/service/ServicePage.ts"
import * as Access from "../serve/web/Access.ts"
import * as Sessions from "../serve/web/Sessions.ts"
import * as WebServer from "../serve/web/WebServer.ts"
import * as Invocation from "./Invocation.ts"
import type * as ServedConfig from "./ServedConfig.ts"
import * as ServedDecision from "./ServedDecision.ts"
import * as ServedMetrics from "./ServedMetrics.ts"
import type { ServedNews } from "./ServedNews.ts"
import * as ServedViews from "./ServedViews.ts"
import { page, redirect, type Served, text } from "./ServedViews.ts"
import { UsageError } from "./UsageError.ts"

const cookieName = "groupbridge"
const cookieOf = ({ headers }: WebServer.WebRequest): string => {
  const found = (headers.cookie ?? "").split(";").find((one) => one.trim().startsWith(`${cookieName}=`))
  return found === undefined ? "" : found.trim().slice(cookieName.length + 1)
}

/** Only over HTTPS where a proxy says that it came by it. */
const cookie = ({ headers }: WebServer.WebRequest, value: string, seconds: number): string =>
  `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${headers["x-forwarded-proto"] === "https" ? "; Secure" : ""}`

const single = (value: string | ReadonlyArray<string> | undefined): string | null => (typeof value === "string" ? value : (value?.[0] ?? null))

const askedOf = (request: WebServer.WebRequest, session: Sessions.Session | null, token: string | undefined): Access.Asked => {
  const { form, headers, method, path } = request
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1]
  return {
    method,
    path,
    host: headers.host ?? null,
    origin: single(headers.origin),
    fetchSite: single(headers["sec-fetch-site"]),
    isForwarded: ["forwarded", "x-forwarded-for", "x-forwarded-host", "via"].some((name) => headers[name] !== undefined),
    hasSession: session !== null,
    hasFormSecret: session !== null && Sessions.same(form.get("secret") ?? "", session.formSecret),
    hasToken: token !== undefined && bearer !== undefined && Sessions.same(bearer, token)
  }
}

const login = (served: Served, request: WebServer.WebRequest, token: string | undefined) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const begin = () => {
      const { id, until } = served.sessions.begin(now)
      return redirect("/", { "set-cookie": cookie(request, id, Math.floor((until - now) / 1000)) })
    }
    if (request.method === "POST") {
      if (token !== undefined && Sessions.same(request.form.get("token") ?? "", token)) return begin()
      // Slow enough that guessing leads nowhere.
      yield* Effect.sleep("1 second")
      return page(served, 401, ServicePage.login(true))
    }
    const once = request.query.get("once")
    if (once !== null)
      return served.sessions.redeem(once, now)
        ? begin()
        : page(
            served,
            401,
            ServicePage.message("This link is used up", "It opened once, or is older than ten minutes. groupbridge serve --open prints another.")
          )
    return page(
      served,
      200,
      token === undefined ? ServicePage.message("No token", "The config has no serve.token, so there is no log-in.") : ServicePage.login(false)
    )
  })

const route = (served: Served, request: WebServer.WebRequest, session: Sessions.Session | null, token: string | undefined) => {
  const { method, path } = request
  if (method === "POST") {
    switch (path) {
      case Access.loginPath:
        return login(served, request, token)
      case "/logout":
        return Effect.sync(() => {
          if (session !== null) served.sessions.end(session.id)
          return redirect("/", { "set-cookie": cookie(request, "", 0) })
        })
      case "/decide":
        return ServedDecision.decide(served, session, request)
      default:
        return Effect.succeed(text(404, "not found"))
    }
  }
  switch (path) {
    case "/":
      return ServedViews.overview(served, session, token !== undefined)
    case Access.loginPath:
      return login(served, request, token)
    case "/healthz":
      return Effect.succeed(text(200, "ok"))
    case "/readyz":
      return ServedViews.ready(served)
    case "/metrics":
      return ServedMetrics.metrics(served)
    case "/events":
      return Effect.succeed<WebServer.WebResponse>({ _tag: "Events", subscribe: served.news.subscribe })
    default: {
      const [, run] = /^\/runs\/(r-\d+)$/.exec(path) ?? []
      return run === undefined ? Effect.succeed(text(404, "not found")) : ServedViews.run(served, run)
    }
  }
}

const respond =
  (served: Served) =>
  (request: WebServer.WebRequest): Effect.Effect<WebServer.WebResponse> =>
    Effect.gen(function* () {
      const { serve } = yield* served.config.current
      const session = served.sessions.find(cookieOf(request), yield* Clock.currentTimeMillis)
      const verdict = Access.judge(askedOf(request, session, serve.token), { ...served.listening, hosts: new Set(serve.hosts) })
      if (verdict._tag === "Refused") return text(verdict.status, verdict.why)
      if (verdict._tag === "Login")
        return request.method === "GET" && request.path === "/" ? redirect(Access.loginPath) : text(401, "log in first, or send the token as a bearer")
      return yield* route(served, request, session, serve.token)
    }).pipe(
      Effect.catchAll((error) => Effect.succeed(text(503, served.invocation.redactor.redact(Invocation.words(error))))),
      Effect.tapDefect((cause) => Effect.logError("a page failed", cause))
    )

export interface Pages {
  readonly news: ServedNews
  readonly lock: Effect.Semaphore
}

/** Listens for as long as the scope lasts, and says where. With `open` a link that opens once is printed. */
export const serve = (
  invocation: Invocation.Invocation,
  config: ServedConfig.ServedConfig,
  { address, news, lock, open }: Pages & { readonly address: WebServer.Address; readonly open: boolean }
): Effect.Effect<void, UsageError, Scope.Scope> =>
  Effect.gen(function* () {
    const sessions = Sessions.make()
    const delay = monitorEventLoopDelay()
    delay.enable()
    yield* Effect.addFinalizer(() => Effect.sync(() => delay.disable()))
    const served: { -readonly [key in keyof Served]: Served[key] } = {
      invocation,
      config,
      news,
      lock,
      sessions,
      delay,
      scope: yield* Effect.scope,
      listening: { isLoopback: isLoopback(address.host), local: new Set(), hosts: new Set() }
    }
    const bound = yield* WebServer.listen({ ...address, host: address.host.replace(/^\[|\]$/g, "") }, respond(served)).pipe(
      Effect.mapError((words) => new UsageError({ message: `serve.listen: ${address.host}:${address.port} cannot be listened at: ${words}` }))
    )
    served.listening = {
      isLoopback: isLoopback(address.host),
      local: new Set([address.host, "localhost", "127.0.0.1", "[::1]"].map((host) => `${host}:${bound.port}`)),
      hosts: new Set()
    }
    const shown = /^(?:0\.0\.0\.0|\[::\])$/.test(address.host) ? "localhost" : address.host
    const url = `http://${shown}:${bound.port}/`
    yield* Effect.logInfo(`the page is at ${url}`)
    if (open) invocation.output.note(`Open within ten minutes, once: ${url}login?once=${sessions.oneTime(yield* Clock.currentTimeMillis)}`)
  })
