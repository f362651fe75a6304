/**
 * When a group at the source is another one under a new name or a new id. The one place where this is decided; SQL only counts people. Pure.
 *
 * **Terms.** The *old* source group has a group at the target; the *new* one has none yet, or would get one. `had`: people for whom the old
 * one was claimed before this run. `moved`: those of them who are in the new one and not in the old one any more.
 *
 * **Premise.** Sources with ids rename in place, which needs no decision. Tags have no id: a renamed tag is one that all people lose and
 * another that they gain. An organization that was deleted and made again has another id. Believed to be two groups, the old one is emptied
 * and a second one made, perhaps of the same name. Believed to be one, its people never leave it.
 *
 * | case | decision |
 * |---|---|
 * | half or more of the people moved | a rename: proposed and held; with `previously:` in the config, done |
 * | fewer moved | two groups, whatever their names |
 * | `previously:` names the old one, and no rule takes the old one any more | a rename: the config says so |
 * | `previously:` names the old one, which a few still carry | a rename if half or more moved; the few get a group of their own |
 * | an organization is gone, and a new one of its name has half or more of its people | proposed as the same group, and held |
 * | `previously:` names it already | not proposed again |
 *
 * **Invariants.** An old group becomes at most one new one, and a new one at most one old: most people first, then by key.
 */

export interface Move {
  /** Keys of the two, unique among moves. */
  readonly old: string
  readonly new: string
  readonly had: number
  readonly moved: number
}

/** Half or more of the people of the old group are in the new one instead. */
export const isRename = ({ had, moved }: Pick<Move, "had" | "moved">): boolean => moved > 0 && moved * 2 >= had

const byPeople = (a: Move, b: Move): number => b.moved - a.moved || (a.old < b.old ? -1 : a.old > b.old ? 1 : 0) || (a.new < b.new ? -1 : 1)

/** Moves of which no two share an end. */
export const pair = <M extends Move>(moves: ReadonlyArray<M>): ReadonlyArray<M> => {
  const taken = { old: new Set<string>(), new: new Set<string>() }
  return moves.toSorted(byPeople).filter((move) => {
    if (taken.old.has(move.old) || taken.new.has(move.new)) return false
    taken.old.add(move.old)
    taken.new.add(move.new)
    return true
  })
}

/** Renames that `previously:` allows. `oldIsMapped`: a rule still takes the old name. */
export const followed = <M extends Move & { readonly oldIsMapped: boolean }>(moves: ReadonlyArray<M>): ReadonlyArray<M> =>
  pair(moves.filter((move) => !move.oldIsMapped || isRename(move)))

/** Organizations that were made again. */
export const recreated = <M extends Move>(moves: ReadonlyArray<M>): ReadonlyArray<M> => pair(moves.filter(isRename))

/** Renames to propose. `isKnown`: `previously:` says so already. */
export const proposed = <M extends Move & { readonly isKnown: boolean }>(moves: ReadonlyArray<M>): ReadonlyArray<M> =>
  pair(moves.filter((move) => isRename(move) && !move.isKnown))
