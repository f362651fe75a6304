/** Wraps a sandbox so that calls go wrong on demand, and remembers every call. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import type { Encoding, Fault, LoggedCall, SandboxApp, SandboxRequest, SandboxResponse } from "./Sandbox.ts"

/** What becomes of one call on its way back: an answer, or one of the ways in which none arrives whole. */
export type Delivery =
  | SandboxResponse
  | { readonly _tag: "Reset" | "Stall" }
  | { readonly _tag: "Cut" | "Closed"; readonly response: SandboxResponse }
  /** The answer's body as these bytes. */
  | { readonly _tag: "Bytes"; readonly response: SandboxResponse; readonly bytes: Uint8Array }

/** An app as `InProcess` and `Serve` take it. Every `SandboxApp` is one that nothing happens to. */
export type DeliveringApp = (request: SandboxRequest) => Effect.Effect<Delivery>

const encoders: Readonly<Record<Encoding, (text: string) => Uint8Array>> = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }

const encoded = (response: SandboxResponse, encoding: Encoding): Delivery =>
  response.body === ""
    ? response
    : { _tag: "Bytes", response: { ...response, headers: { ...response.headers, "content-encoding": encoding } }, bytes: encoders[encoding](response.body) }

/** In a field that nobody asks for, so that a client that overlooks the byte sees nothing wrong. */
const garbled = (body: string): Uint8Array => {
  const at = body.indexOf('{"') + 1
  return Buffer.concat([Buffer.from(`${body.slice(0, at)}"note":"caf`), Buffer.of(0xe9), Buffer.from(`",${body.slice(at)}`)])
}

export interface FaultySandbox {
  readonly app: DeliveringApp
  /** Every call, in the order of the answers. */
  readonly log: ReadonlyArray<LoggedCall>
  /** Faults for the next calls, one each in this order; with `when`, for the next calls that it accepts. */
  readonly inject: (faults: Fault | ReadonlyArray<Fault>, when?: (request: SandboxRequest) => boolean) => void
  /** Whether a call can change something. */
  readonly isWrite: (call: Pick<SandboxRequest, "method" | "path" | "body">) => boolean
  /** Calls logged that can. */
  readonly writes: () => number
}

export const make = (app: SandboxApp, isWrite: FaultySandbox["isWrite"] = ({ method }) => method !== "GET"): FaultySandbox => {
  const log: Array<LoggedCall> = []
  const waiting: Array<{ readonly fault: Fault; readonly when: (request: SandboxRequest) => boolean }> = []

  const take = (request: SandboxRequest): Fault | undefined => {
    const index = waiting.findIndex((candidate) => candidate.when(request))
    return index < 0 ? undefined : waiting.splice(index, 1)[0]?.fault
  }

  const note = ({ method, path, query, body }: SandboxRequest, status: number | null) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      log.push({ method, path, query, body, status, at })
    })

  const act = (request: SandboxRequest) => Effect.tap(app(request), (response) => note(request, response.status))

  const deliver: DeliveringApp = (request) =>
    Effect.suspend((): Effect.Effect<Delivery> => {
      const fault = take(request)
      switch (fault?._tag) {
        case undefined:
          return act(request)
        case "Answer":
          return Effect.as(note(request, fault.response.status), fault.response)
        case "Cut":
        case "Closed":
          return Effect.map(act(request), (response) => ({ _tag: fault._tag, response }))
        case "Encoded":
          return Effect.map(act(request), (response) => encoded(response, fault.encoding))
        case "Garbled":
          return Effect.map(act(request), (response) => ({ _tag: "Bytes", response, bytes: garbled(response.body) }))
        case "Reset":
        case "Stall":
          return Effect.as(fault.when === "after" ? act(request) : note(request, null), { _tag: fault._tag })
      }
    })

  return {
    app: deliver,
    log,
    inject: (faults, when = () => true) => {
      for (const fault of "_tag" in faults ? [faults] : faults) waiting.push({ fault, when })
    },
    isWrite,
    writes: () => log.filter(isWrite).length
  }
}
