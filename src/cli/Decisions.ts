/** The commands that decide what is done and what not: held, approve, reject, decisions, done, undo, release, pause, resume. */
import type { Command } from "commander"
import { given, repeated } from "./CommonOptions.ts"
import type { Register } from "./Environment.ts"

export const register: Register = (program, load) => {
  program.commandsGroup("Decisions:")
  program
    .command("held [id]")
    .description("what waits for a person, or one part of it with its rows")
    .option("--all", "list every row")
    .action(async (id: string | undefined, _options: object, command: Command) => {
      process.exitCode = await (await import("./Held.ts")).run(load, id, given(command))
    })
  program
    .command("approve <id>")
    .description("apply a held part, as far as it is still true, also one that was rejected")
    .addOption(repeated("--only <group>", "only what it holds of this target group, by name or source key"))
    .option("--customer <who>", "only what it holds of this customer: e-mail, id or the address of a helpdesk's page")
    .option("--reason <text>", "kept with the decision")
    .action(async (id: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Approve.ts")).run(load, id, given(command))
    })
  program
    .command("reject <id>")
    .description("leave a held part undone until its source changes")
    .addOption(repeated("--only <group>", "only what it holds of this target group, by name or source key"))
    .option("--customer <who>", "only what it holds of this customer: e-mail, id or the address of a helpdesk's page")
    .option("--reason <text>", "kept with the decision")
    .action(async (id: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Reject.ts")).run(load, id, given(command))
    })
  program
    .command("decisions")
    .description("each decision with its author and reason, newest first")
    .option("--all", "not only the newest fifty")
    .action(async (_options: object, command: Command) => {
      process.exitCode = await (await import("./DecisionLog.ts")).run(load, given(command))
    })
  program
    .command("confirm <sync>")
    .description("memberships that reappeared: which they are, or whose")
    .option("--ours", "we added them: they are removed when the source ends them")
    .option("--found", "others put them there: they are left alone")
    .option("--reason <text>", "kept with the decision")
    .action(async (sync: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Confirm.ts")).run(load, sync, given(command))
    })
  program
    .command("done [ids...]")
    .description("removals that only a person can do: what waits, or that these are done")
    .option("--csv", "all of them, to work through")
    .option("--reason <text>", "kept with the decision")
    .action(async (ids: ReadonlyArray<string>, _options: object, command: Command) => {
      process.exitCode = await (await import("./Done.ts")).run(load, ids, given(command))
    })
  program
    .command("undo <run>")
    .description("take back what a run changed, and keep syncs from doing it again")
    .option("--reason <text>", "kept with the decision")
    .action(async (id: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Undo.ts")).undo(load, id, given(command))
    })
  program
    .command("release <run>")
    .description("let syncs do again what was taken back")
    .option("--reason <text>", "kept with the decision")
    .action(async (id: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Undo.ts")).release(load, id, given(command))
    })
  program
    .command("pause <sync>")
    .description("keep a sync from doing anything for a time")
    .requiredOption("--until <time>", "2h, 3d, 2026-04-01 (to its end) or 2026-04-01T15:00")
    .option("--reason <text>", "kept with the decision")
    .action(async (sync: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Pause.ts")).pause(load, sync, given(command))
    })
  program
    .command("resume <sync>")
    .description("end a pause")
    .option("--reason <text>", "kept with the decision")
    .action(async (sync: string, _options: object, command: Command) => {
      process.exitCode = await (await import("./Pause.ts")).resume(load, sync, given(command))
    })
}
