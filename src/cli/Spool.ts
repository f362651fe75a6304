/** Where a command keeps what it lays by for a moment: a folder beside the state, for its owner only, since it names customers. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as PrivateFile from "../contract/PrivateFile.ts"
import * as LeaseHolder from "../run/LeaseHolder.ts"

export interface Spool {
  /** The folder of this invocation for a state's file, made when it is first asked for; where none can be made there, in the temporary folder. */
  readonly beside: (state: string) => string
  /** Takes it away, and the state's folder too if that was made for it and nothing else came into it. */
  readonly remove: () => void
}

const prefix = "spool-"
const owner = "owner"

const ownerOf = (folder: string): string => {
  try {
    return readFileSync(join(folder, owner), "utf8")
  } catch {
    return ""
  }
}

/** Takes away what killed commands of this machine left. */
const sweep = (place: string, self: string): void => {
  for (const name of readdirSync(place)) {
    if (!name.startsWith(prefix)) continue
    const folder = join(place, name)
    if (LeaseHolder.isGone(ownerOf(folder), self)) rmSync(folder, { recursive: true, force: true })
  }
}

/** `who` is a person and a machine: `petra@ops1`. */
export const make = (who: string): Spool => {
  const self = LeaseHolder.here(who)
  let made: string | null = null
  let place: string | null = null
  const folderIn = (folder: string): string => {
    try {
      if (!existsSync(folder)) place = folder
      PrivateFile.makeFolder(folder)
      sweep(folder, self)
      return mkdtempSync(join(folder, prefix))
    } catch {
      // Who may only look at a state may not write beside it.
      return mkdtempSync(join(tmpdir(), `groupbridge-${prefix}`))
    }
  }
  return {
    beside: (state) => {
      if (made !== null) return made
      made = folderIn(dirname(state))
      writeFileSync(join(made, owner), self, { mode: 0o600, flag: "wx" })
      return made
    },
    remove: () => {
      if (made !== null) rmSync(made, { recursive: true, force: true })
      made = null
      if (place === null) return
      try {
        rmdirSync(place)
      } catch {
        // The state is in it now.
      }
    }
  }
}
