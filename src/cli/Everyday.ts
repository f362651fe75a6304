/** The commands of every day: check, groups, plan, sync, apply, status. */
import { type Command, InvalidArgumentError, Option } from "commander"
import { given, limits, repeated } from "./CommonOptions.ts"
import type { Register } from "./Environment.ts"

const refresh = () =>
  new Option("--refresh <depth>", "how deep to look at the target, instead of as often as the config says").choices(["none", "counts", "full"])

const only = () => repeated("--only <group>", "only this target group, by name or source key")

const approve = () => repeated("--approve <guard=number>", "lift one guard, once, up to this number")

const formats = ["text", "json", "markdown", "csv", "html"]

const format = (value: string): string => {
  if (formats.includes(value)) return value
  throw new InvalidArgumentError(`Allowed choices are ${formats.join(", ")}.`)
}

export const register: Register = (program, load) => {
  program.commandsGroup("Every day:")
  program
    .command("check [sync...]")
    .description("config, connections, who we are there, missing rights, what the schedule costs")
    .option("--offline", "ask no vendor; variables that have no value are warnings")
    .action(async (syncs: ReadonlyArray<string>, _options: object, command: Command) => {
      process.exitCode = await (await import("./Check.ts")).run(load, syncs, given(command))
    })
  program
    .command("groups <sync>")
    .description("source groups, the rule that takes each, and its name at the target")
    .option("--unmapped", "only groups that no rule takes")
    .action(async (sync: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Groups.ts")).run(load, sync, given(command))
    })
  program
    .command("plan [sync...]")
    .description("what a sync would do, without doing it")
    .option("--save <file>", "keep the plan of one sync, for groupbridge apply")
    .addOption(new Option("--format <format>", `text, json, markdown, csv or html`).argParser(format))
    .option("--report <file>", "write the report into a file; its ending tells the format")
    .addOption(refresh())
    .addOption(only())
    .option("--all", "list every change")
    .option("--exit-code", "exit with 2 if there is anything to change")
    .action(async (syncs: ReadonlyArray<string>, _options: object, command: Command) => {
      process.exitCode = await (await import("./Plan.ts")).run(load, syncs, given(command))
    })
  program
    .command("sync [sync...]")
    .description("read, plan and apply; asks first on a terminal")
    .option("--quiet", "print only what newly needs a person")
    .addOption(refresh())
    .addOption(only())
    .addOption(approve())
    .addOption(limits.maxCalls())
    .addOption(limits.finishBy())
    .action(async (syncs: ReadonlyArray<string>, _options: object, command: Command) => {
      process.exitCode = await (await import("./Sync.ts")).run(load, syncs, given(command))
    })
  program
    .command("apply <file>")
    .description("apply a saved plan, exactly its rows")
    .addOption(approve())
    .addOption(limits.maxCalls())
    .addOption(limits.finishBy())
    .action(async (file: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Apply.ts")).run(load, file, given(command))
    })
  program
    .command("status")
    .description("one screen: the state of each sync and what waits for a person")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./Status.ts")).run(load, given(command))
    })
}
