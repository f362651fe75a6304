/** Another clock for one command, by Debian's package faketime. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

const libraries = "/usr/lib"

const found = (): string | null => {
  if (!existsSync(libraries)) return null
  const places = readdirSync(libraries).map((folder) => join(libraries, folder, "faketime", "libfaketime.so.1"))
  return places.find((place) => existsSync(place)) ?? null
}

const library = found()

/** Why tests with it are left out, as an addition to their name; null: it is there. */
export const absent: string | null = library === null ? " (left out: faketime is not installed (apt-get install faketime))" : null

/** Variables that move a command's wall clock by so much: "+400d", "-10m". What measures time that passes stays as it is. */
export const by = (offset: string): Readonly<Record<string, string>> => ({ LD_PRELOAD: library ?? "", FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" })

/** As `by`, with an offset that stands in a file and may change while the command runs. */
export const from = (file: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: library ?? "",
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: "1",
  FAKETIME_DONT_FAKE_MONOTONIC: "1"
})
