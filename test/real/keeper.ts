/**
 * Runs a program on behalf of another process, and ends it with all that it started: on SIGTERM, after its time, and when standard input closes, so also
 * when that other process is killed. Arguments: seconds, user id ("" for the same), program, its arguments.
 */
import { spawn } from "node:child_process"

const [seconds = "", user = "", program = "", ...args] = process.argv.slice(2)
const as = user === "" ? {} : { uid: Number(user), gid: Number(user) }
// A group of its own, so that it is ended with its children and nothing else is.
const child = spawn(program, args, { ...as, stdio: ["ignore", "inherit", "inherit"], detached: true })

const signal = (name: NodeJS.Signals): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name)
  } catch {
    // It has ended already.
  }
}
const end = (): void => {
  signal("SIGTERM")
  setTimeout(() => signal("SIGKILL"), 5000).unref()
}

child.once("exit", (code) => process.exit(code ?? 1))
child.once("error", () => process.exit(127))
process.once("SIGTERM", end)
process.once("SIGINT", end)
// At once, as a server that is killed.
process.once("SIGUSR2", () => signal("SIGKILL"))
process.stdin.once("end", end)
process.stdin.once("close", end)
process.stdin.resume()
setTimeout(end, Number(seconds) * 1000).unref()
