/** What commands that write print at their end. */
import * as Effect from "effect/Effect"
import * as SyncJson from "../report/SyncJson.ts"
import * as SyncText from "../report/SyncText.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Invocation from "./Invocation.ts"
import type { WriteFailed } from "./Output.ts"
import type { Written } from "./Writing.ts"

/** Prints all results for people, or as one document, and answers the exit code. */
export const print = (command: SyncJson.Command, invocation: Invocation.Invocation, written: ReadonlyArray<Written>): Effect.Effect<number, WriteFailed> =>
  Effect.gen(function* () {
    const { output, options } = invocation
    const results = written.map(({ result }) => result)
    if (options.json === true) yield* output.print((sink) => SyncJson.write(command, results, sink))
    else {
      const view = yield* Invocation.view(invocation)
      yield* output.text(written.map((one) => text(one, SyncText.text([one.result], view))).join(""))
    }
    return ExitCode.worst(results.map(ExitCode.ofSync))
  })

const text = ({ result, declined }: Written, message: string): string =>
  declined ? `${result.sync}${result.run === null ? "" : ` ${result.run}`}: called off, nothing was written.\n` : message
