/** The commands that only look: runs, explain, unmatched, connectors. */
import type { Command } from "commander"
import { given } from "./CommonOptions.ts"
import type { Register } from "./Environment.ts"

export const register: Register = (program, load) => {
  program.commandsGroup("Looking:")
  program
    .command("runs [id]")
    .description("the last fifty runs, or one with what it changed; with --csv every change, for audits")
    .option("--all", "list every change, or every run")
    .option("--csv", "change by change: who, which group, why, from which record, who approved it, what the vendor said")
    .option("--from <date>", "from this day or time on, such as 2026-04-01 or 2026-04-01T15:00")
    .option("--to <date>", "up to this day (to its end) or time")
    .option("--group <name>", "changes of this group alone")
    .option("--customer <who>", "changes of this customer alone: e-mail, id or the address of a helpdesk's page")
    .action(async (id: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./Runs.ts")).run(load, id, given(command))
    })
  program
    .command("explain <customer> [group]")
    .description("why a customer has, or has not, a group: by e-mail, id or the address of a helpdesk's page")
    .option("--at <date>", "what was so then: at a time such as 2026-04-01T15:00, or at the end of a day")
    .action(async (customer: string, group: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./Explain.ts")).run(load, customer, group, given(command))
    })
  program
    .command("unmatched [sync]")
    .description("customers without a counterpart at the target")
    .option("--csv", "all of them as CSV, to be filled in as a map file")
    .option("--all", "list every customer")
    .action(async (sync: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./Unmatched.ts")).run(load, sync, given(command))
    })
  program
    .command("connectors [name]")
    .description("what each connector can do, and the options it takes")
    .action(async (name: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./Connectors.ts")).run(load, name, given(command))
    })
}
