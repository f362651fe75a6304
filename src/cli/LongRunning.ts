/** The commands that take their time: migrate, serve, and the demo. */
import type { Command } from "commander"
import { given, limits } from "./CommonOptions.ts"
import type { Register } from "./Environment.ts"

export const register: Register = (program, load) => {
  program.commandsGroup("Setting up:")
  program
    .command("migrate <sync>")
    .description("a whole sync at once, step by step; cut off, the same command goes on")
    .addOption(limits.maxCalls())
    .addOption(limits.finishBy())
    .action(async (sync: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Migrate.ts")).run(load, sync, given(command))
    })
  program
    .command("serve")
    .description("run every sync at the times of its schedule, until stopped; with serve.listen its page shows how all is")
    .option("--open", "print a link that opens the page once, to approve and reject there")
    .action(async (_options: object, command: Command) => {
      // A service tells a line for each run, unless another level is asked for.
      const quiet = program.getOptionValueSource("logLevel") === "default"
      const options = given<{ readonly open?: boolean }>(command)
      process.exitCode = await (await import("./Serve.ts")).run(load, quiet ? { ...options, logLevel: "info" } : options)
    })
  program
    .command("demo")
    .description("the real commands at work on a small world on this machine; asks for nothing")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Demo.ts")).run(load, given(command))
    })
}
