/** `completion SHELL`: a script that completes commands, options, choices, files and the config's syncs; it is made from the commands themselves. */
import type { Argument, Command, Option } from "commander"
import type { CommandNode, OptionNode, Value } from "../model/CommandTree.ts"
import * as CompletionText from "../report/CompletionText.ts"

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

const valueOf = (name: string, choices: ReadonlyArray<string> | undefined): Value => {
  if (choices !== undefined) return { kind: "choice", choices }
  if (/file|folder/.test(name)) return { kind: "path" }
  return name === "sync" ? { kind: "sync" } : { kind: "text" }
}

const optionNode = ({ argChoices, description, flags, long, optional, required }: Option): OptionNode => ({
  long: long ?? flags,
  usage: flags,
  description,
  value: required || optional ? valueOf(flags, argChoices) : null
})

const argumentNode = (argument: Argument | undefined): Value | null => (argument === undefined ? null : valueOf(argument.name(), argument.argChoices))

/** The tree of visible commands. Help is an option of each. */
export const tree = (command: Command): CommandNode => {
  const help = command.createHelp()
  return {
    name: command.name(),
    usage: command.usage(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionNode),
    argument: argumentNode(command.registeredArguments[0]),
    commands: help.visibleCommands(command).flatMap((one) => (one.name() === "help" ? [] : [tree(one)]))
  }
}

export const run = (program: Command, shell: Shell): number => {
  process.stdout.write(CompletionText.scripts[shell](tree(program)))
  return 0
}
