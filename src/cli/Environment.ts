/** What commands are given from outside, and how they make themselves known. Types only: importing this loads nothing. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Command } from "commander"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { AnyConnector } from "../contract/Connector.ts"
import type { StateError } from "../contract/StateError.ts"
import type { StateFiles } from "../run/StateFiles.ts"
import type { Memory } from "../run/SyncRun.ts"
import type { OpenDemo } from "../sandbox/DemoWorld.ts"

export interface Environment {
  /** By name. */
  readonly connectors: ReadonlyMap<string, AnyConnector>
  /** The state behind an absolute path, made if it is not there. `backups` is where messages look for a copy of it. */
  readonly openState: (file: string, backups: string) => Layer.Layer<Memory, StateError>
  readonly stateFiles: StateFiles
  readonly makeClient: Effect.Effect<HttpClient.HttpClient, never, Scope.Scope>
  /** Loaded by the demo alone. */
  readonly loadDemo: () => Promise<OpenDemo>
}

export type Load = () => Promise<Environment>

/** Adds commands to the program. Only declares them: what they need is imported when one of them is used. */
export type Register = (program: Command, load: Load) => void
