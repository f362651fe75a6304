/** A command inside another program: its document instead of output, what it says on the way as events, and nothing of the process is touched. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as LogLevel from "effect/LogLevel"
import * as Stream from "effect/Stream"
import type { AnyConnector } from "../contract/Connector.ts"
import type { Redactor } from "../contract/Redactor.ts"
import * as Log from "../observe/Log.ts"
import * as SecretRedactor from "../observe/SecretRedactor.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import { type Event, GroupbridgeError } from "./Events.ts"
import * as Invocation from "./Invocation.ts"
import { type Output, WriteFailed } from "./Output.ts"
import * as Spool from "./Spool.ts"
import * as Stopping from "./Stopping.ts"

export interface Given {
  /** Names the config in messages; what the config names stands relative to its folder. */
  readonly file: string
  readonly text: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Besides those that are built in. One of the same name takes the place of it. */
  readonly connectors: ReadonlyArray<AnyConnector>
}

/** Shortest time between two reports of progress, in milliseconds. */
const often = 100

const options: CommonOptions = { json: true, yes: true, logLevel: "warning", color: false }

/** `printed` grows by what the command prints. */
const outputTo = (redactor: Redactor, printed: Array<string>, emit: (event: Event<never>) => void): Output => {
  const note = (text: string) => emit({ _tag: "Note", text: redactor.redact(text) })
  const step = (text: string) => emit({ _tag: "Step", text: redactor.redact(text) })
  let last = 0
  const print: Output["print"] = (write) =>
    Effect.tryPromise({ try: () => write((chunk) => void printed.push(redactor.redact(chunk))), catch: (cause) => new WriteFailed(cause) })
  return {
    print,
    text: (text) => print(async (to) => to(text)),
    note,
    ask: note,
    progress: {
      show: (state, { now }) => {
        if (now - last < often) return
        last = now
        emit({ _tag: "Progress", ...state, label: redactor.redact(state.label) })
      },
      say: step,
      step,
      clear: () => undefined
    }
  }
}

const failed = (redactor: Redactor, cause: Cause.Cause<Invocation.CommandError>): GroupbridgeError => {
  const { kind, message } = Invocation.failure(cause) ?? { kind: "internal" as const, message: Cause.prettyErrors(cause)[0]?.message ?? "unknown" }
  return new GroupbridgeError({ kind, message: redactor.redact(message) })
}

/**
 * Runs the command as the stream is read. Who stops reading stops it as a signal does: the calls under way are finished and stored first. The
 * document is of the type that the command prints with `--json`.
 */
export const run = <Document>(
  load: Load,
  given: Given,
  command: (options: CommonOptions) => Invocation.Command
): Stream.Stream<Event<Document>, GroupbridgeError> =>
  Stream.asyncPush<Event<Document>, GroupbridgeError>(
    (emit) =>
      Effect.gen(function* () {
        const environment = yield* Effect.promise(load)
        for (const connector of given.connectors) environment.connectors.set(connector.name, connector)
        const redactor = SecretRedactor.make()
        const printed: Array<string> = []
        const output = outputTo(redactor, printed, (event) => void emit.single(event))
        const around = Invocation.surroundings()
        const spool = Spool.make(`${around.who}@${around.host}`)
        const stopping = Stopping.make(output.note)
        const invocation: Invocation.Invocation = { environment, options, given, redactor, output, stopping, interactive: false, spool, ...around }
        const logging = Log.layer(redactor, { level: LogLevel.Warning, format: "text", write: output.note })
        const work = Effect.scoped(Effect.suspend(() => command(options)(invocation))).pipe(
          Effect.provide(logging),
          Effect.onExit((exit) =>
            Effect.sync(() => {
              spool.remove()
              if (Exit.isFailure(exit)) return emit.fail(failed(redactor, exit.cause))
              emit.single({ _tag: "Result", document: JSON.parse(printed.join("")) as Document })
              return emit.end()
            })
          )
        )
        // Acquiring is uninterruptible, and a fiber begins as its parent is.
        yield* Effect.acquireRelease(Effect.forkDaemon(Effect.interruptible(work)), (fiber) => Effect.zipRight(stopping.stop(fiber, 0), Fiber.await(fiber)))
      }),
    { bufferSize: "unbounded" }
  )
