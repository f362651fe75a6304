/** What a service counts: each run as it ends, and how each sync is when Prometheus asks. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { StatusRow } from "../model/Overview.ts"
import type { SyncResult } from "../model/Result.ts"
import * as ServiceMetrics from "../observe/ServiceMetrics.ts"
import type { Connections } from "../run/Connections.ts"
import { looking, type Served, whole } from "./ServedViews.ts"
import * as Status from "./Status.ts"

const count = (metric: Metric.Metric.Counter<number>, labels: Readonly<Record<string, string>>, by: number): Effect.Effect<void> =>
  Metric.update(ServiceMetrics.labelled(metric, labels), by)

const gauge = (metric: Metric.Metric.Gauge<number>, labels: Readonly<Record<string, string>>, value: number): Effect.Effect<void> =>
  Metric.update(ServiceMetrics.labelled(metric, labels), value)

/** Counts a run that has ended. */
export const ran = ({ status, summary, sync }: SyncResult): Effect.Effect<void> =>
  Effect.all(
    [
      count(ServiceMetrics.runs, { sync, status }, 1),
      count(ServiceMetrics.changes, { sync, operation: "add" }, summary.assignments.add),
      count(ServiceMetrics.changes, { sync, operation: "remove" }, summary.assignments.remove),
      count(ServiceMetrics.changes, { sync, operation: "group" }, summary.groups.create + summary.groups.update + summary.groups.delete)
    ],
    { discard: true }
  )

/** Counts the calls of connections that were opened for one turn, and notes what is left of their allowance. */
export const called = (connections: Connections, names: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(
    [...new Set(names)],
    (connection) =>
      Effect.gen(function* () {
        const { pacer } = yield* connections.open(connection)
        const { limited, reads, remaining, writes } = yield* pacer.status
        yield* count(ServiceMetrics.calls, { connection, kind: "read" }, reads)
        yield* count(ServiceMetrics.calls, { connection, kind: "write" }, writes)
        yield* count(ServiceMetrics.limited, { connection }, limited)
        if (remaining !== null) yield* gauge(ServiceMetrics.allowance, { connection }, remaining)
      }),
    { discard: true }
  ).pipe(Effect.ignore)

const measure = ({ failing, held, lastGood, next, refused, sync, tasks, unmatched }: StatusRow) =>
  Effect.all(
    [
      ...(lastGood === null ? [] : [gauge(ServiceMetrics.lastGood, { sync }, lastGood / 1000)]),
      ...(next === null ? [] : [gauge(ServiceMetrics.nextTurn, { sync }, next / 1000)]),
      gauge(ServiceMetrics.failing, { sync }, failing?.runs ?? 0),
      gauge(
        ServiceMetrics.held,
        { sync },
        held.reduce((sum, part) => sum + (part.decision === "open" ? part.changes : 0), 0)
      ),
      gauge(ServiceMetrics.refused, { sync }, refused),
      gauge(ServiceMetrics.tasks, { sync }, tasks),
      gauge(ServiceMetrics.unmatched, { sync }, unmatched)
    ],
    { discard: true }
  )

/** What Prometheus reads. */
export const metrics = (served: Served) =>
  looking(served, (config) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      yield* Effect.forEach(yield* Status.rows(served.invocation.environment, config, now), measure, { discard: true })
      yield* Metric.set(ServiceMetrics.lag, served.delay.percentile(99) / 1e9)
      served.delay.reset()
      return whole(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, ServiceMetrics.text())
    })
  )
