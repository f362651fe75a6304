/** What a service counts, as Effect's metrics, and their text for Prometheus (exposition format 0.0.4). */
import * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"
import * as MetricState from "effect/MetricState"

const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })
const gauge = (name: string, description: string) => Metric.gauge(name, { description })

export const lastGood = gauge("groupbridge_last_good_run_timestamp_seconds", "End of the last run of a sync that read and applied as it should.")
export const nextTurn = gauge("groupbridge_next_turn_timestamp_seconds", "When a sync runs next by its schedule.")
export const failing = gauge("groupbridge_failing_runs", "Runs in a row that a sync's last ones failed.")
export const held = gauge("groupbridge_held_changes", "Changes that wait for a person, by sync.")
export const refused = gauge("groupbridge_refused_rows", "Rows that the target refused, by sync.")
export const unmatched = gauge("groupbridge_unmatched_customers", "Customers without a counterpart at the target, by sync.")
export const tasks = gauge("groupbridge_tasks", "Changes that only a person can make, by sync.")
export const runs = counter("groupbridge_runs_total", "Runs since the service began, by sync and status.")
export const changes = counter("groupbridge_changes_total", "Changes made since the service began, by sync and operation.")
export const calls = counter("groupbridge_calls_total", "Calls since the service began, by connection and kind.")
export const limited = counter("groupbridge_rate_limited_total", "Calls that were answered 429, by connection.")
export const allowance = gauge("groupbridge_allowance_remaining", "Calls that the vendor said are left, by connection.")
export const lag = gauge("groupbridge_event_loop_lag_seconds", "The 99th percentile of the event loop's delay since the last request.")

/** With its labels, so that each value has a line of its own. */
export const labelled = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, labels: Readonly<Record<string, string>>): Metric.Metric<Type, In, Out> =>
  Metric.taggedWithLabels(
    metric,
    Object.entries(labels).map(([key, value]) => MetricLabel.make(key, value))
  )

const escaped = (text: string): string =>
  text
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`)

/** Every metric of ours that has a value, sorted by name and labels. */
export const text = (): string => {
  const families = new Map<string, { readonly description: string; readonly type: "counter" | "gauge"; readonly lines: Array<string> }>()
  for (const { metricKey, metricState } of Metric.unsafeSnapshot()) {
    if (!metricKey.name.startsWith("groupbridge_")) continue
    const state: unknown = metricState
    const value = MetricState.isCounterState(state) ? Number(state.count) : MetricState.isGaugeState(state) ? Number(state.value) : null
    if (value === null) continue
    const family = families.get(metricKey.name) ?? {
      description: metricKey.description._tag === "Some" ? metricKey.description.value : "",
      type: MetricState.isCounterState(state) ? ("counter" as const) : ("gauge" as const),
      lines: []
    }
    const labels = metricKey.tags.map(({ key, value: label }) => `${key}="${escaped(label)}"`).toSorted()
    family.lines.push(`${metricKey.name}${labels.length === 0 ? "" : `{${labels.join(",")}}`} ${value}`)
    families.set(metricKey.name, family)
  }
  return [...families]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { description, lines, type }]) => `# HELP ${name} ${description}\n# TYPE ${name} ${type}\n${lines.toSorted().join("\n")}\n`)
    .join("")
}
