/** The program: hands the commands what they run on. */
import * as Program from "./cli/Program.ts"
import * as Collector from "./Collector.ts"
import * as Wire from "./wire.ts"

const load = async () => {
  const environment = await Wire.load()
  Collector.whenLoaded()
  return environment
}

Program.run(load).catch((error: unknown) => {
  if (!(error instanceof Error && "code" in error && String(error.code).endsWith("MODULE_NOT_FOUND") && error.message.includes("better-sqlite3"))) throw error
  process.stderr.write(
    "groupbridge: the SQLite driver better-sqlite3 is not installed. In the folder where groupbridge is installed: npm install better-sqlite3\n"
  )
  process.exitCode = 1
})
