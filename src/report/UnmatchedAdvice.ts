/** What to do about customers without a counterpart at the target, in a sentence. */
import type { UnmatchedReason } from "../model/Result.ts"
import * as ShellWord from "./ShellWord.ts"

const mapped = "fill in the column target of the CSV and name it under match: [email, { file: map.csv }]"

/** `target`: the title of the target. */
export const advice = (reason: UnmatchedReason, target: string, sync: string): string => {
  const words: Readonly<Record<UnmatchedReason, string>> = {
    ambiguous: `Say who is who: ${mapped}, or merge the doubles at the source or in ${target}.`,
    "not-found": `Make them in ${target} under their e-mail address (customers are never made by a sync); or, where they are there under another one, ${mapped}.`,
    "no-address": `Give them an e-mail address at the source; or ${mapped}.`,
    suspended: "Restore them at the source, or let the connection include suspended customers.",
    unverified: "Verify their address at the source, or let the connection include unverified customers.",
    "not-looked-up": `The next sync looks them up: groupbridge sync ${ShellWord.typed(sync)}`,
    "not-in-file": "Add them to the map file that match names; no address is looked up."
  }
  return words[reason]
}
