/** What commands are given from outside, and how they make themselves known. Types only: importing this loads nothing. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Command } from "commander"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { AnyConnector } from "../contract/Connector.ts"
import type { StateError } from "../contract/StateError.ts"
import type { StateFiles } from "../operate/StateFiles.ts"
import type { Memory } from "../operate/Memory.ts"
import type { OpenDemo } from "../sandbox/DemoWorld.ts"

export interface Environment {
  /** By name: those that were loaded, and those that the config describes. */
  readonly connectors: Map<string, AnyConnector>
  /** Loads all connectors of the registry, or those whose name is chosen; `connectors` has those of the registry in its order. */
  readonly loadConnectors: (isChosen?: (name: string) => boolean) => Effect.Effect<void>
  /** The document of the state's schema, in Markdown. */
  readonly schemaDocument: Effect.Effect<string>
  /** The script of the page that a plan is shown on, or of a service's; the build puts both beside the program. */
  readonly pageScript: (page: "page" | "service") => string
  /**
   * The state behind an absolute path, made if it is not there. `backups` is where messages look for a copy of it. `decide` fails at once where
   * nothing can be stored; `look` shows a state that cannot be written, too. Default: `work`.
   */
  readonly openState: (file: string, backups: string, purpose?: "work" | "look" | "decide") => Layer.Layer<Memory, StateError>
  readonly stateFiles: StateFiles
  /** Fails in words where the environment names a proxy that cannot be used. */
  readonly makeClient: Effect.Effect<HttpClient.HttpClient, string, Scope.Scope>
  /** Loaded by the demo alone. */
  readonly loadDemo: () => Promise<OpenDemo>
}

export type Load = () => Promise<Environment>

/** Adds commands to the program. Only declares them: what they need is imported when one of them is used. */
export type Register = (program: Command, load: Load) => void
