/** The command line: which commands there are, and what a wrong one gets. */
import { Command, CommanderError, Option } from "commander"
import { existsSync, readFileSync } from "node:fs"
import * as ExitCodes from "../report/ExitCodes.ts"
import { logFormats, logLevels } from "./CommonOptions.ts"
import * as Decisions from "./Decisions.ts"
import type { Load, Register } from "./Environment.ts"
import * as Everyday from "./Everyday.ts"
import * as LongRunning from "./LongRunning.ts"
import * as LookingAround from "./LookingAround.ts"
import * as SettingUp from "./SettingUp.ts"

/** In the order in which help shows them. */
const registrations: ReadonlyArray<Register> = [Everyday.register, Decisions.register, LookingAround.register, SettingUp.register, LongRunning.register]

const ending = `
Exit codes:
${ExitCodes.meanings.map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`).join("\n")}

Begin with:  groupbridge init   or, without an account:  groupbridge demo
`

/** Above the built files; above the sources where these run as they are. */
const version = (): string => {
  const found = ["../package.json", "../../package.json"].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url))
  const manifest: unknown = found === undefined ? {} : JSON.parse(readFileSync(found, "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown"
}

/** The commands, ready to parse arguments. */
export const make = (load: Load): Command => {
  const program = new Command("groupbridge")
    .description("Keeps the customer groups of one system true to the organizations, tags and labels of another.")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("What there is: groupbridge --help, groupbridge COMMAND --help")
    .version(version(), "--version")
    .option("--config <file>", "the config file (default: the nearest groupbridge.yaml, looked for upwards)")
    .option("--json", "one JSON document on standard output")
    .option("--yes", "answer every question with yes")
    .addOption(new Option("--log-level <level>", "logs on standard error").choices(logLevels).default("warning"))
    .addOption(new Option("--log-format <format>", "logs and notes on standard error as lines of text or of JSON").choices(logFormats).default("text"))
    .option("--no-color", "no colours (also by NO_COLOR)")
    .addHelpText("after", ending)
  for (const register of registrations) register(program, load)
  return program
}

/** Help that was asked for is no error; whatever else ends the parsing is wrong usage. */
const parse = async (program: Command): Promise<number> => {
  try {
    await program.parseAsync(process.argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.code === "commander.helpDisplayed" || error.code === "commander.version" ? 0 : 64
  }
}

/** Runs what the arguments say and ends the process with its exit code. */
export const run = async (load: Load): Promise<never> => {
  // A reader that went away is no failure; the writer finds out by itself.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
  const code = await parse(make(load))
  for (const stream of [process.stdout, process.stderr]) await new Promise<void>((resolve) => void stream.write("", () => resolve()))
  process.exit(code)
}
