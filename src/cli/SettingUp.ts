/** The commands for setting up and keeping house: those about the state file, and the hidden one that writes generated files. */
import type { Command } from "commander"
import { given } from "./CommonOptions.ts"
import type { Register } from "./Environment.ts"

export const register: Register = (program, load) => {
  program.commandsGroup("Setting up:")
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
    .description("make a lost state file anew from the groups at the target that carry its mark; tells its price first")
    .option("--lineage <id>", "which state, where groups carry the marks of several")
    .option("--reason <text>", "kept with the decision")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./StateRebuild.ts")).run(load, given(command))
    })
  state
    .command("export [file]")
    .description("everything the state knows as JSON Lines, for audits and for leaving (default: to standard output)")
    .action(async (file: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./StateExport.ts")).run(load, file, given(command))
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
    .command("generate", { hidden: true })
    .description("write groupbridge.schema.json and the tables of README.md")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Generate.ts")).run(load, given(command))
    })
}
