/** Who holds the lease: a person, a machine and a process there, as one line that both people and the next run can read. */
import { readlinkSync } from "node:fs"

/** Processes of a machine itself; a container numbers its own, so that one number may mean two processes. */
const machine = "pid:[4026531836]"

const space = (): string => {
  try {
    const link = readlinkSync("/proc/self/ns/pid")
    return link === machine ? "" : ` in ${link.replace("pid:", "container ")}`
  } catch {
    // Only Linux tells.
    return ""
  }
}

/** This process, such as `petra@ops1 (process 4711)`. */
export const here = (who: string): string => `${who} (process ${process.pid}${space()})`

const pattern = /@(?<host>[^@]*) \(process (?<pid>\d+)(?<space> in .*)?\)$/

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // A process of somebody else may not be signalled, and lives.
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}

/** Whether `holder` was a process of this machine that is no more. Of another machine or container nothing can be said. */
export const isGone = (holder: string, self: string): boolean => {
  const [theirs, ours] = [pattern.exec(holder)?.groups, pattern.exec(self)?.groups]
  if (theirs === undefined || ours === undefined) return false
  return theirs["host"] === ours["host"] && theirs["space"] === ours["space"] && !isAlive(Number(theirs["pid"]))
}
