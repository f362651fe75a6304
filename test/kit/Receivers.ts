/** What receives notices in tests, on sockets of this process: a webhook, and a mail server that keeps what it is sent. */
import * as Effect from "effect/Effect"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { createServer as createSocketServer, type AddressInfo, type Server } from "node:net"

const listening = <S extends Server>(server: S) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () => Effect.async<void>((resume) => void server.close(() => resume(Effect.void)))
  )

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers 200, or what `status` was set to. */
export const webhook = Effect.gen(function* () {
  const received: Array<Received> = []
  const answer = { status: 200 }
  const server = createServer((request, response) => {
    const pieces: Array<Buffer> = []
    request.on("data", (piece: Buffer) => pieces.push(piece))
    request.on("end", () => {
      received.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body: Buffer.concat(pieces).toString() })
      response.writeHead(answer.status, { connection: "close" }).end()
    })
  })
  const port = yield* listening(server)
  return { url: `http://127.0.0.1:${port}`, received, answer }
})

/** Takes every mail. */
export const mailbox = Effect.gen(function* () {
  const mails: Array<string> = []
  const server = createSocketServer((socket) => {
    let [text, isBody] = ["", false]
    socket.write("220 sink\r\n")
    socket.on("error", () => {})
    socket.on("data", (piece) => {
      text += piece.toString()
      if (isBody && !text.endsWith("\r\n.\r\n")) return
      if (isBody) {
        mails.push(text)
        ;[text, isBody] = ["", false]
        return void socket.write("250 taken\r\n")
      }
      if (!text.endsWith("\r\n")) return
      const word = text.slice(0, 4).toUpperCase()
      text = ""
      isBody = word === "DATA"
      socket.write(isBody ? "354 go on\r\n" : word === "QUIT" ? "221 bye\r\n" : "250 sink\r\n")
    })
  })
  const port = yield* listening(server)
  return { url: `smtp://127.0.0.1:${port}`, mails }
})
