/** Thirty days of a sync's runs as a strip: a field for each day, by the worst that happened in it. */
import type { RunRow } from "../../model/Overview.ts"
import * as Escape from "../Escape.ts"
import { plural } from "../Numbers.ts"
import * as Markup from "../page/Markup.ts"
import type { View } from "../View.ts"

export const days = 30
const day = 86_400_000

const tones = ["bad", "warn", "good"] as const

const toneOf = ({ status }: RunRow): (typeof tones)[number] => {
  if (status === "failed" || status === "interrupted") return "bad"
  return status === "held" || status === "partial" ? "warn" : "good"
}

/** The drawing with its meaning in words. Days count back from now. */
export const html = (runs: ReadonlyArray<RunRow>, view: View): string => {
  const byDay = new Map<number, Set<string>>()
  for (const run of runs) {
    const back = Math.floor((view.now - run.startedAt) / day)
    if (back < 0 || back >= days) continue
    byDay.set(back, (byDay.get(back) ?? new Set()).add(toneOf(run)))
  }
  const width = 100 / days
  const segments = [...byDay].map(([back, found]) => ({
    from: (days - 1 - back) * width + 0.2,
    width: width - 0.4,
    tone: tones.find((tone) => found.has(tone)) ?? "good"
  }))
  const count = (tone: (typeof tones)[number]) => runs.filter((run) => toneOf(run) === tone).length
  const words = [
    plural(runs.length, "run"),
    ...(count("warn") > 0 ? [`${count("warn")} held or in part`] : []),
    ...(count("bad") > 0 ? [`${count("bad")} failed`] : [])
  ]
  return `<figure>${Markup.bar(segments)}<figcaption><small>${days} days: ${Escape.html(words.join(", "))}</small></figcaption></figure>\n`
}
