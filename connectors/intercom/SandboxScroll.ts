/** The scroll over companies: one at a time in the workspace, dead after a minute without use. It remembers its place itself. */

export type ScrollAnswer<A> =
  | { readonly _tag: "Page"; readonly param: string; readonly rows: ReadonlyArray<A> }
  /** Another scroll is open. */
  | { readonly _tag: "Exists" }
  /** The parameter is not known, or not any more. */
  | { readonly _tag: "Lost" }

export interface SandboxScroll<A> {
  /** `param` null begins one over what `rows` gives now. After the last row comes an empty page, and with it the end of the scroll. */
  readonly next: (param: string | null, now: number, rows: () => ReadonlyArray<A>) => ScrollAnswer<A>
  /** Somebody else's scroll, open until that moment. */
  readonly occupy: (until: number) => void
}

const idle = 60_000
export const pageSize = 100

export const make = <A>(): SandboxScroll<A> => {
  let open: { readonly param: string; readonly rows: ReadonlyArray<A>; readonly place: number; readonly usedAt: number } | null = null
  let occupiedUntil = 0
  let made = 0

  const page = (scroll: NonNullable<typeof open>, now: number): ScrollAnswer<A> => {
    const rows = scroll.rows.slice(scroll.place, scroll.place + pageSize)
    open = rows.length === 0 ? null : { ...scroll, place: scroll.place + rows.length, usedAt: now }
    return { _tag: "Page", param: scroll.param, rows }
  }

  return {
    next: (param, now, rows) => {
      if (open !== null && now - open.usedAt > idle) open = null
      if (param !== null) return open?.param === param ? page(open, now) : { _tag: "Lost" }
      if (open !== null || now < occupiedUntil) return { _tag: "Exists" }
      made += 1
      return page({ param: `25b649f7-4d33-4ef6-88f5-${String(made).padStart(12, "0")}`, rows: rows(), place: 0, usedAt: now }, now)
    },
    occupy: (until) => {
      occupiedUntil = until
    }
  }
}
