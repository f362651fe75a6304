/** What a benchmark tells: a figure beside the bound that was taken in the same run, and their ratio. */

export interface Figure {
  /** What was measured: "diff of 1,000,000 assignments". */
  readonly name: string
  /** The figure and what it is held against, in words and units for people. */
  readonly value: string
  readonly bound: string
  /** Null where there is no ratio to tell. */
  readonly ratio: number | null
  /** What the ratio should be: "<= 1.30", ">= 0.91"; null where the figure is only shown, to compare with others. */
  readonly goal: { readonly sense: "<=" | ">="; readonly ratio: number } | null
}

/** How much of each benchmark is run: `small` takes seconds, `full` as long as the figures need; `smoke` shows no more than that it runs. */
export type Size = "smoke" | "small" | "full"

/** Figures one by one as they become known, or all of them at the end. */
export type Benchmark = (size: Size) => AsyncIterable<Figure> | Promise<ReadonlyArray<Figure>>

export const met = ({ goal, ratio }: Figure): boolean | null => {
  if (goal === null || ratio === null) return null
  return goal.sense === "<=" ? ratio <= goal.ratio : ratio >= goal.ratio
}

/** The middle of several measurements, which no single disturbance moves. */
export const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

export const thousands = (value: number): string => Math.round(value).toLocaleString("en")

export interface Calls {
  readonly reads: number
  readonly writes: number
}

/** What was called, beside the fewest calls that do it. Who made fewer has left something out: that is no figure. */
export const ofCalls = (name: string, taken: Calls, fewest: Calls): Figure => {
  const reported = ({ reads, writes }: Calls) => `${thousands(reads)} reads, ${thousands(writes)} writes`
  if (taken.reads < fewest.reads || taken.writes < fewest.writes) throw new Error(`${name}: ${reported(taken)}, and it takes ${reported(fewest)}`)
  return {
    name,
    value: reported(taken),
    bound: `the fewest: ${reported(fewest)}`,
    ratio: (taken.reads + taken.writes) / (fewest.reads + fewest.writes),
    goal: { sense: "<=", ratio: 1 }
  }
}

const cells = (figure: Figure): ReadonlyArray<string> => [
  figure.name,
  figure.value,
  figure.bound,
  figure.ratio === null ? "" : figure.ratio.toFixed(2),
  figure.goal === null ? "" : `${figure.goal.sense} ${figure.goal.ratio.toFixed(2)}`,
  { true: "yes", false: "no", null: "" }[String(met(figure)) as "true" | "false" | "null"]
]

const heads = ["what", "figure", "held against", "ratio", "goal", "met"]

export const markdown = (figures: ReadonlyArray<Figure>): string =>
  [heads, heads.map(() => "---"), ...figures.map(cells)].map((row) => `| ${row.join(" | ")} |`).join("\n")

/** One figure on a line of its own. */
export const line = (figure: Figure): string =>
  cells(figure)
    .map((cell, column) => (cell === "" || column < 2 ? cell : `${heads[column]} ${cell}`))
    .filter((cell) => cell !== "")
    .join("; ")

/** Columns as wide as their widest cell. */
export const table = (figures: ReadonlyArray<Figure>): string => {
  const rows = [heads, ...figures.map(cells)]
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}
