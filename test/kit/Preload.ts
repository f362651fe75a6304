/** Environments in which the built command meets what no vendor and no disk would do in a test's time. */
const of = (name: string) => ({ NODE_OPTIONS: `--import=${new URL(`preload/${name}.mjs`, import.meta.url).href}` })

/** A disk on which a state file may have so many pages. */
export const fullDisk = (pages: number): Record<string, string> => ({ ...of("fullDisk"), STATE_PAGES: String(pages) })

/** Answers are waited for no longer than 0.8 s. */
export const shortAnswers: Record<string, string> = of("shortAnswers")
