/** Where a report goes: text in pieces, so that a report of any length needs little memory. */

/** Takes the next piece. A promise holds the writer back until it is settled; a rejection ends the report with that error. */
export type Sink = (chunk: string) => void | Promise<void>

/** Rows of any number, read once and in order. */
export type Rows<A> = AsyncIterable<A> | Iterable<A>

/** Gathers small texts into pieces of about `PIECE` characters. */
export interface Writer {
  readonly write: (text: string) => void | Promise<void>
  readonly line: (text: string) => void | Promise<void>
  /** Passes on what is still here; to be called once, at the end. */
  readonly flush: () => Promise<void>
}

/** Characters after which a piece is passed on. */
export const PIECE = 16_384

export const make = (sink: Sink): Writer => {
  let pending = ""
  const write = (text: string): void | Promise<void> => {
    pending += text
    if (pending.length < PIECE) return undefined
    const chunk = pending
    pending = ""
    return sink(chunk)
  }
  return {
    write,
    line: (text) => write(`${text}\n`),
    flush: async () => {
      const chunk = pending
      pending = ""
      if (chunk !== "") await sink(chunk)
    }
  }
}
