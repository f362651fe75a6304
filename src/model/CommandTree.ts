/** The commands of the program as help, completion and the manual page show them. */

/** What may stand for a value: one of `choices`, a path, the name of a sync of the config, or any text. */
export type Value =
  | { readonly kind: "choice"; readonly choices: ReadonlyArray<string> }
  | { readonly kind: "path" }
  | { readonly kind: "sync" }
  | { readonly kind: "text" }

export interface OptionNode {
  /** With its dashes: "--config". */
  readonly long: string
  /** As help shows it: "--config <file>". */
  readonly usage: string
  readonly description: string
  /** Null: it takes none. */
  readonly value: Value | null
}

export interface CommandNode {
  readonly name: string
  /** What follows the name: "[options] <sync>". */
  readonly usage: string
  readonly description: string
  readonly options: ReadonlyArray<OptionNode>
  /** What its first argument may be; null: it takes none. */
  readonly argument: Value | null
  readonly commands: ReadonlyArray<CommandNode>
}
