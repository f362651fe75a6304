/** The commands for setting up and keeping house: state rebind, and the hidden one that writes generated files. */
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
  program
    .command("generate", { hidden: true })
    .description("write groupbridge.schema.json and the tables of README.md")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Generate.ts")).run(load, given(command))
    })
}
