/** Where notices go. */
import * as Schema from "effect/Schema"
import * as Loopback from "../http/Loopback.ts"
import { Wanted } from "./Decode.ts"
import { Filled } from "./Values.ts"

/** What is sent there is not for others to read on the way. */
const isPrivate = (text: string, secure: string, plain: string): boolean => {
  if (!URL.canParse(text)) return false
  const { hostname, protocol } = new URL(text)
  return protocol === secure || (protocol === plain && Loopback.isLoopback(hostname))
}

export const HookUrl = Filled.pipe(
  Schema.filter((text) => text.includes("${") || isPrivate(text, "https:", "http:") || "is no https:// address (plain http only to this machine itself)", {
    jsonSchema: {}
  })
)

const MailServer = Filled.pipe(
  Schema.filter(
    (text) => text.includes("${") || /^smtps?:\/\/\S+$/.test(text) || "is no address of a mail server; write smtp://user:password@host:587 or smtps://host",
    {
      jsonSchema: {}
    }
  )
)

export const Hook = Schema.Union(
  Schema.Struct({
    webhook: HookUrl.annotations({ description: "Each notice is posted there as JSON." }),
    secret: Schema.optionalWith(Filled.annotations({ description: "Signs the body: x-groupbridge-signature: sha256=HEX." }), { exact: true })
  }),
  Schema.Struct({ slack: HookUrl.annotations({ description: "An incoming webhook of Slack, or of what takes its shape." }) }),
  Schema.Struct({
    email: Filled.annotations({ description: "Who gets the mail." }),
    smtp: MailServer.annotations({ description: "The mail server: smtp://user:password@host:587." }),
    from: Filled.annotations({ description: "The sender's address." })
  })
).annotations({ [Wanted]: "{webhook: URL, secret: TEXT}, {slack: URL} or {email: ADDRESS, smtp: URL, from: ADDRESS}" })
