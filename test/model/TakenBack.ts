/** What runs really did to the target, as seen from outside, and what of it people took back: nobody may do that again until it is released. */
import { type Deed, deed, type Op, type Origin } from "./Deed.ts"
import { type Purpose, type Row, row } from "./World.ts"

/** What the oracle knows of rows, and what an undo moves. */
interface Known {
  readonly origins: Map<Row, Origin>
  readonly out: Map<Row, "sure" | "unsure">
  readonly fresh: Set<Row>
  readonly decisions: Map<Deed, "approved" | "rejected">
  readonly say: (what: string, of: string) => void
}

export const make = ({ decisions, fresh, origins, out, say }: Known) => {
  const deeds = new Map<number, Map<Deed, Origin | undefined>>()
  const last = new Map<Deed, number>()
  const pins = new Map<Row, number>()
  /** By which run a state that goes on believes a deed was done that another machine did since. */
  const believed = new Map<Deed, number>()
  let hasGoneOn = false

  const did = (run: number, one: Deed, before: Origin | undefined) => {
    deeds.set(run, (deeds.get(run) ?? new Map<Deed, Origin | undefined>()).set(one, before))
    last.set(one, run)
  }

  /** From now on nobody does this again, and whoever approved it would be asked anew. */
  const pin = (of: Row, undoes: number) => {
    pins.set(of, undoes)
    for (const op of ["add", "remove", "create"] satisfies ReadonlyArray<Op>) if (decisions.get(deed(op, of)) === "approved") decisions.delete(deed(op, of))
  }

  return {
    /** The run did this; `before` is whose the row was until then. */
    did,
    isPinned: (of: Row): boolean => pins.has(of),
    /** The undo `run` put this row back: it is whose it was, and what was due with it is due again. */
    putBack: (one: Row, run: number, undoes: number) => {
      const forward = deed("remove", one)
      const mayBe = deeds.get(undoes)?.has(forward) === true || out.get(one) === "unsure"
      if (!mayBe) say("put back though the undone run did not take it out", one)
      did(run, deed("add", one), undefined)
      pin(one, undoes)
      origins.set(one, deeds.get(undoes)?.get(forward) ?? "unsure")
      fresh.add(one)
      out.delete(one)
    },
    takenAway: (one: Row, run: number, undoes: number) => {
      const origin = origins.get(one)
      if (origin === "hand") say("took away what people put there, with a run that was taken back", one)
      else if (origin !== "unsure" && last.get(deed("add", one)) !== undoes && believed.get(deed("add", one)) !== undoes)
        say("took away what the undone run did not put in, or others did since", one)
      did(run, deed("remove", one), origin)
      pin(one, undoes)
      origins.delete(one)
    },
    namedBack: (purpose: Purpose, undoes: number) => {
      const one = row("-", purpose)
      // What another machine renamed before, a state that goes on renames once more, to no effect.
      if (!hasGoneOn && deeds.get(undoes)?.has(deed("rename", one)) !== true)
        say("named a group as it was called before, though the undone run did not rename it", purpose)
    },
    groupGone: (purpose: Purpose, undoes: number | null) => {
      const one = row("-", purpose)
      if (undoes === null || last.get(deed("create", one)) !== undoes) say("deleted a group", purpose)
      else pin(one, undoes)
    },
    /** An undo is over. `pinned`: what it says is kept as it was; `whole`: it ended well, and nothing was in its way. */
    ended: (undoes: number, pinned: ReadonlyArray<Row>, whole: boolean) => {
      for (const one of pinned) pin(one, undoes)
      if (!whole) return
      for (const [one, origin] of origins)
        if (origin === "ours" && last.get(deed("add", one)) === undoes) say("is still there, though its run was taken back", one)
    },
    /** Which run did what last. */
    latest: (): ReadonlyMap<Deed, number> => new Map(last),
    /** Runs of that number and later ones were another machine's, and can be taken back no more. `before`: which runs did what last before them. */
    forget: (from: number, before: ReadonlyMap<Deed, number>) => {
      hasGoneOn = true
      for (const run of deeds.keys()) if (run >= from) deeds.delete(run)
      for (const [one, run] of last) {
        if (run < from) continue
        last.delete(one)
        const known = before.get(one)
        if (known !== undefined) believed.set(one, known)
      }
    },
    release: (undoes: number) => {
      for (const [one, of] of pins) if (of === undoes) pins.delete(one)
    }
  }
}
