/** The sign-off of a migration as one JSON document. */
import type { Done, Migration, SignOff } from "../model/Migration.ts"
import * as Escape from "./Escape.ts"
import * as Json from "./Json.ts"
import * as ShellWord from "./ShellWord.ts"
import type { Sink } from "./Sink.ts"
import * as Times from "./Times.ts"

/** What to type to take a migration back: the runs that changed anything, the newest first. */
export const undoCommands = ({ runs }: Done): ReadonlyArray<string> => runs.map((run) => `groupbridge undo ${ShellWord.typed(run)}`)

const by = ({ host, who }: { readonly who: string; readonly host: string }): string => `${who}@${host}`

const promised = ({ promised: given }: Migration) =>
  given === null ? null : { hash: given.hash, groups: given.groups, memberships: given.memberships, calls: given.calls, seconds: given.seconds }

const verified = ({ verified: found }: Migration) => (found === null ? null : { ...found, at: Times.iso(found.at) })

/** Writes the document. */
export const write = ({ decisions, done, held, migration, plan, undo }: SignOff, now: number, sink: Sink): Promise<void> => {
  const { approval, id, startedAt, sync } = migration
  const document = {
    groupbridge: Json.tag("signoff"),
    migration: id,
    sync,
    from: plan.from.map(({ account, connection, connector }) => ({ connection, connector, account })),
    to: plan.to,
    started: { by: by(migration), at: Times.iso(startedAt) },
    signedOffAt: Times.iso(now),
    promised: promised(migration),
    approved: approval === null ? null : { by: by(approval), at: Times.iso(approval.at), how: approval.how },
    runs: migration.runs,
    done: { groups: done.groups, memberships: done.memberships, calls: done.calls, seconds: done.seconds },
    verified: verified(migration),
    refused: done.refused,
    notFound: { total: plan.unmatched.total, reasons: plan.unmatched.reasons },
    held: held.map(Json.held),
    decisions: decisions.map((row) => ({ subject: row.subject, what: row.what, by: by(row), at: Times.iso(row.at), reason: row.reason })),
    undo: undo === null ? null : { ...undo, commands: undoCommands(done) }
  }
  return Promise.resolve(sink(`${Escape.json(document)}\n`)).then(() => undefined)
}
