/** A copy of a state file that cannot be opened where it lies, for commands that only look at it. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"

/** What SQLite needs of a state: the file, and what was written to it last. */
const parts = (file: string): ReadonlyArray<string> => [file, `${file}-wal`].filter(existsSync)

const stamp = (file: string): string =>
  parts(file)
    .map((part) => statSync(part))
    .map(({ mtimeMs, size }) => `${mtimeMs}/${size}`)
    .join(" ")

/** Another process may write meanwhile: then it is copied again. What was torn all the same, the check of an opened file finds. */
const tries = 3

/**
 * Opens a copy in the temporary folder, readable by its owner alone. Its names are taken away as soon as it is open, so that nothing is left behind
 * however the process ends. Throws what copying or opening throws.
 */
export const open = <A>(file: string, opened: (copy: string) => A): A => {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-look-"))
  try {
    for (let left = tries; left > 0; left -= 1) {
      const before = stamp(file)
      for (const part of parts(file)) copyFileSync(part, join(folder, basename(part)))
      if (stamp(file) === before) break
    }
    return opened(join(folder, basename(file)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
