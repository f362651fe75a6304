/** How a person looks at a report: when, in which zone, how wide, with colours or not. */

export interface View {
  /** Epoch milliseconds. Decides whether a time is told with its day. */
  readonly now: number
  /** IANA name of the zone in which times are told: "Europe/Prague". */
  readonly zone: string
  /** Columns. */
  readonly width: number
  readonly color: boolean
  /** List every row instead of counts. */
  readonly all: boolean
  /** Titles of connectors as people write them, by connector name. */
  readonly titles: Readonly<Record<string, string>>
}

/** Columns where nobody knows the width: in files, pipes and mails. */
export const DEFAULT_WIDTH = 120

const NARROWEST = 60

/**
 * What the surroundings allow. Colours only on a terminal that is not dumb, and never when `NO_COLOR` holds anything (no-color.org) or
 * `noColor` is set.
 */
export const surroundings = (
  stream: { readonly isTTY: boolean; readonly columns: number | undefined },
  env: Readonly<Record<string, string | undefined>>,
  noColor: boolean
): Pick<View, "width" | "color"> => ({
  width: Math.max(NARROWEST, stream.isTTY ? (stream.columns ?? DEFAULT_WIDTH) : DEFAULT_WIDTH),
  color: stream.isTTY && !noColor && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb"
})

/** How a connector is called in front of people. */
export const title = (view: Pick<View, "titles">, connector: string): string =>
  Object.hasOwn(view.titles, connector) ? (view.titles[connector] ?? connector) : connector
