/** Settings of V8's collector that keep memory flat in the number of customers. */
import { setFlagsFromString } from "node:v8"

/** A V8 that does not know a flag prints that to standard error, and no call says beforehand: these were tried on Node 20 to 26. */
const set = (flag: string): void => {
  if (Number.parseInt(process.versions.node, 10) <= 26) setFlagsFromString(flag)
}

/** Pages pass through quickly: a heap that grows by a sixth at the most measured no slower (npm run bench). */
export const atStart = (): void => set("--heap-growing-percent=15")

/**
 * By the time that the program is loaded the collector has room for some pages. Left to itself it doubles that again: once on Node 20 and 22, for
 * 20 MiB and no time saved, and up to four times later, for over 100 MiB (npm run bench).
 */
export const whenLoaded = (): void => set("--semi-space-growth-factor=1")

/** As it was at the start, and is by itself: V8 takes compiled code back under the settings alone under which it was stored. */
export const asAtStart = (): void => set("--semi-space-growth-factor=2")
