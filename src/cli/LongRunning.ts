/** The commands that take their time: migrate, serve, and the demo. */
import { type Command, Option } from "commander"
import { phases } from "../model/Migration.ts"
import { given, limits } from "./CommonOptions.ts"
import type { Register } from "./Environment.ts"

export const register: Register = (program, load) => {
  program.commandsGroup("Setting up:")
  program
    .command("migrate <sync>")
    .description("a whole sync at once, step by step; cut off, the same command goes on")
    .addOption(new Option("--until <phase>", "stop after this phase; the same command goes on").choices(phases))
    .option("--approve <hash>", "approve the plan of this hash instead of typing its size; another plan is refused")
    .addOption(new Option("--verify <depth>", "read some groups back, or every member").choices(["sample", "full"]).default("sample"))
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
