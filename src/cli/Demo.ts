/** `demo`: the real commands, one after the other, on a small world that stands on this machine for as long as they take. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Terminal from "../report/Terminal.ts"
import * as View from "../report/View.ts"
import type { DemoWorld, Scene } from "../sandbox/DemoWorld.ts"
import * as Approve from "./Approve.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Explain from "./Explain.ts"
import * as Held from "./Held.ts"
import * as Plan from "./Plan.ts"
import * as Runs from "./Runs.ts"
import * as Status from "./Status.ts"
import * as Sync from "./Sync.ts"
import * as Undo from "./Undo.ts"

type Step =
  | { readonly _tag: "Told"; readonly lines: ReadonlyArray<string> }
  | { readonly _tag: "Scene"; readonly scene: Scene }
  /** A command as typed, and the exit code that it must end with. */
  | { readonly _tag: "Command"; readonly typed: string; readonly exit: number; readonly run: (options: CommonOptions) => Promise<number> }

const command = (typed: string, exit: number, run: (options: CommonOptions) => Promise<number>): Step => ({ _tag: "Command", typed, exit, run })
const notes = (...lines: ReadonlyArray<string>): Step => ({ _tag: "Told", lines })

const steps = (load: Load, { sync, day, mistake, notes: start, config }: DemoWorld): ReadonlyArray<Step> => {
  const plan = command(`plan ${sync}`, 0, (options) => Plan.run(load, [sync], options))
  const write = (exit: number) => command(`sync ${sync}`, exit, (options) => Sync.run(load, [sync], options))
  const part = "H-1"
  const approval = "r-5"
  return [
    notes(
      ...start,
      "",
      "groupbridge.yaml:",
      ...config
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`)
    ),
    notes("# A dry run first: it reads both sides and writes nothing."),
    plan,
    notes("# The same for real."),
    write(0),
    notes("# Once more: nothing to do, so nothing is written."),
    write(0),
    { _tag: "Scene", scene: day },
    plan,
    write(0),
    { _tag: "Scene", scene: mistake },
    notes("# The next sync would take their group away. That is too much at once, so it is held, and nobody loses anything."),
    write(3),
    command(`held ${part}`, 0, (options) => Held.run(load, part, options)),
    notes("# Why? Every link from the record at the source to the membership, for one of them."),
    command(`explain ${mistake.customer} "${mistake.group}"`, 0, (options) => Explain.run(load, mistake.customer, mistake.group, options)),
    notes("# It was meant. So somebody approves it, and it is done, and kept with a name and a reason."),
    command(`approve ${part} --reason "${mistake.reason}"`, 0, (options) => Approve.run(load, part, { ...options, reason: mistake.reason })),
    notes("# Or was it not? What a run changed can be taken back, and stays so until it is released."),
    command(`undo ${approval}`, 0, (options) => Undo.undo(load, approval, options)),
    command("runs", 0, (options) => Runs.run(load, undefined, options)),
    command("status", 0, (options) => Status.run(load, options))
  ]
}

const next = [
  "That was the demo: every line came from the commands themselves, and everything it made is gone again.",
  "Next, for your own accounts:",
  "  groupbridge init     asks for them, and writes groupbridge.yaml",
  "  groupbridge check    who we are there, and what is missing",
  "  groupbridge plan     what a sync would do, without doing it"
]

const write = (text: string): Promise<void> => new Promise((resolve) => void process.stdout.write(text, () => resolve()))

/** Plays the steps in order; the first that does not end as it must ends the demo with a failing code. */
const play = async (all: ReadonlyArray<Step>, options: CommonOptions): Promise<number> => {
  const view = View.surroundings({ isTTY: process.stdout.isTTY === true, columns: process.stdout.columns }, process.env, !options.color)
  const block = (tone: Terminal.Tone, lines: ReadonlyArray<string>) => write(`\n${lines.map((line) => Terminal.paint(view, tone, line)).join("\n")}\n`)
  for (const step of all) {
    if (step._tag === "Told") await block("plain", step.lines)
    else if (step._tag === "Scene") {
      step.scene.happen()
      await block("warn", ["At the source, meanwhile:", ...step.scene.notes.map((line) => `  - ${line}`)])
    } else {
      await block("strong", [`$ groupbridge ${step.typed}`])
      const code = await step.run(options)
      if (code === step.exit) continue
      await block("bad", [`The demo broke off: this command ended with ${code}, and should have ended with ${step.exit}.`])
      return code === 0 ? 1 : code
    }
  }
  await block("plain", next)
  return 0
}

export const run = async (load: Load, options: CommonOptions): Promise<number> => {
  const open = await (await load()).loadDemo()
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-demo-"))
  const remove = (): void => rmSync(dir, { recursive: true, force: true })
  process.once("exit", remove)
  const scope = await Effect.runPromise(Scope.make())
  try {
    const world = await Effect.runPromise(Scope.extend(open, scope))
    const config = join(dir, "groupbridge.yaml")
    writeFileSync(config, world.config)
    writeFileSync(join(dir, ".env"), world.environment, { mode: 0o600 })
    return await play(steps(load, world), { config, yes: true, logLevel: options.logLevel, color: options.color })
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    remove()
  }
}
