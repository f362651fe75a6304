/** Sending notices: a webhook, Slack's shape of one, or a mail. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import { createHash, createHmac } from "node:crypto"
import type { Hook } from "../config/Config.ts"
import * as Post from "../http/Post.ts"
import type { Notice } from "../model/Notice.ts"
import * as NoticeText from "../report/NoticeText.ts"

/** What a hook is known by in the state: its address may be a secret. */
export const hookId = (hook: Hook): string => createHash("sha256").update(JSON.stringify(hook)).digest("hex").slice(0, 16)

/** What a hook is called in messages. */
export const name = (hook: Hook): string => ("webhook" in hook ? "webhook" : "slack" in hook ? "slack" : `email to ${hook.email}`)

const webhook = (client: HttpClient.HttpClient, url: string, secret: string | undefined, notice: Notice): Effect.Effect<void, string> => {
  const body = JSON.stringify(notice)
  const signed = secret === undefined ? {} : { "x-groupbridge-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }
  return Post.post(client, url, signed, body)
}

const seconds = 1000

const mail = ({ email, from, smtp }: Extract<Hook, { readonly email: string }>, notices: ReadonlyArray<Notice>): Effect.Effect<void, string> =>
  Effect.tryPromise({
    try: async () => {
      const { createTransport } = await import("nodemailer")
      const transport = createTransport({ url: smtp, connectionTimeout: 10 * seconds, greetingTimeout: 10 * seconds, socketTimeout: 20 * seconds })
      const lines = notices.map(NoticeText.line)
      const subject = notices.length === 1 ? `Groupbridge: ${lines[0] ?? ""}` : `Groupbridge: ${notices.length} notices`
      await transport.sendMail({ from, to: email, subject: subject.slice(0, 150), text: `${lines.join("\n")}\n` })
      transport.close()
    },
    catch: (cause) => `the mail server did not take it (${cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"})`
  })

/** Sends them in order; answers how many arrived, and why the others did not, in words. */
export const deliver = (
  client: HttpClient.HttpClient,
  hook: Hook,
  notices: ReadonlyArray<Notice>
): Effect.Effect<{ readonly sent: number; readonly why: string | null }> => {
  const whole = (send: Effect.Effect<void, string>) =>
    Effect.match(send, { onFailure: (why) => ({ sent: 0, why }), onSuccess: () => ({ sent: notices.length, why: null }) })
  if ("email" in hook) return whole(mail(hook, notices))
  if ("slack" in hook) return whole(Post.post(client, hook.slack, {}, JSON.stringify({ text: notices.map(NoticeText.line).join("\n") })))
  return Effect.gen(function* () {
    let sent = 0
    for (const notice of notices) {
      const tried = yield* Effect.either(webhook(client, hook.webhook, hook.secret, notice))
      if (tried._tag === "Left") return { sent, why: tried.left }
      sent += 1
    }
    return { sent, why: null }
  })
}
