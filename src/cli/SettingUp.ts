/** The commands for setting up and keeping house: those about the state file, and the hidden one that writes generated files. */
import { Argument, type Command } from "commander"
import { given, repeated } from "./CommonOptions.ts"
import type { Shell } from "./Completion.ts"
import type { Register } from "./Environment.ts"

export const register: Register = (program, load) => {
  program.commandsGroup("Setting up:")
  program
    .command("init")
    .description("ask for two systems and their keys, try them, show the groups, and write groupbridge.yaml and .env")
    .option("--from <connector>", "the system that groups come from; csv begins with files to try")
    .option("--to <connector>", "the system whose groups are kept")
    .addOption(repeated("--option <connection.option=value>", "an option of a connection; secrets are taken from the environment"))
    .addOption(repeated("--rule <kind:patterns>", "groups to take: organization, or tag:vip,plan_* (default: every organization)"))
    .option("--dir <folder>", "where to write (default: here)")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Init.ts")).run(load, given(command))
    })
  program
    .command("notify")
    .description("try where notices go")
    .option("--test", "send one notice to each hook of notify:")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Notify.ts")).run(load, given(command))
    })
  const state = program.command("state").description("the state file")
  state
    .command("rebind <connection>")
    .description("accept the account and role that a connection's credential opens now")
    .option("--reason <text>", "kept with the decision")
    .action(async (connection: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateRebind.ts")).run(load, connection, given(command))
    })
  state
    .command("backup [file]")
    .description("copy the state file, while it is in use or not (default: into the folder of copies)")
    .action(async (file: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateBackup.ts")).backup(load, file, given(command))
    })
  state
    .command("check")
    .description("whether the state file is whole, is the one that ran here last, and has a copy")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./StateBackup.ts")).check(load, given(command))
    })
  state
    .command("restore <file>")
    .description("put a copy in the place of the state file; what is there is kept")
    .option("--reason <text>", "kept with the decision")
    .action(async (file: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateRestore.ts")).run(load, file, given(command))
    })
  state
    .command("rebuild")
    .description("make a lost state file anew from the groups at the target that carry its mark; its price is shown first")
    .option("--lineage <id>", "which state, where groups carry the marks of several")
    .option("--reason <text>", "kept with the decision")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./StateRebuild.ts")).run(load, given(command))
    })
  state
    .command("export [file]")
    .description("everything the state knows as JSON Lines, for audits and for leaving (default: to standard output)")
    .option("--memberships <file>", "instead, who is in which group as CSV: this file, and -customers and -groups beside it")
    .option("--target <connection>", "whose memberships, where the config has several targets")
    .action(async (file: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateExport.ts")).run(load, file, given(command))
    })
  state
    .command("rename <kind> <old> <new>")
    .description("go on under a new name with what rests on a connection or a sync that the config calls otherwise now (kind: connection, sync)")
    .option("--reason <text>", "kept with the decision")
    .action(async (kind: string, old: string, name: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateRename.ts")).run(load, kind, old, name, given(command))
    })
  state
    .command("claim <target>")
    .description("go on with this copy of the state, where another copy of it has written to the target since")
    .option("--reason <text>", "kept with the decision")
    .action(async (target: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateClaim.ts")).run(load, target, given(command))
    })
  state
    .command("release <sync>")
    .description("let go of memberships that a sync, or a source of it, wanted before it left the config")
    .option("--reason <text>", "kept with the decision")
    .action(async (sync: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateRelease.ts")).run(load, sync, given(command))
    })
  program
    .command("forget <customer>")
    .description("erase a person from the state file, once no source shows them any more")
    .option("--reason <text>", "kept with the decision")
    .action(async (customer: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Forget.ts")).run(load, customer, given(command))
    })
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(["bash", "zsh", "fish"]))
    .description("print a script that completes commands, options and names; its first line says where it goes")
    .action(async (shell: Shell) => {
      process.exitCode = (await import("./Completion.ts")).run(program, shell)
    })
  program
    .command("generate", { hidden: true })
    .description("write groupbridge.schema.json and the documents that are made from the program")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Generate.ts")).run(load, program, given(command))
    })
}
