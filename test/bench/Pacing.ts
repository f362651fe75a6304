/** How much of a limit the pacer uses, and how often it is refused, beside what a script would use from npm. */
import * as Child from "./Child.ts"
import * as Clients from "./Clients.ts"
import type { Figure, Size } from "./Figure.ts"
import type { LimitKind, Setup, Tally } from "./RateServer.ts"

export async function* run(size: Size): AsyncGenerator<Figure> {
  const server = Child.serve<Setup | "tally", Tally>("RateServer.ts")
  try {
    yield* figures(size, server)
  } finally {
    server.end()
  }
}

/** An answer takes at least and at most so many milliseconds. */
const latencies = { smoke: [2, 8], small: [20, 80], full: [20, 80] } as const

async function* figures(size: Size, server: Child.Server<Setup | "tally", Tally>): AsyncGenerator<Figure> {
  const { calls, perMillis, windows } = {
    smoke: { calls: 10, perMillis: 50, windows: 2 },
    small: { calls: 100, perMillis: 1_000, windows: 5 },
    full: { calls: 100, perMillis: 2_000, windows: 8 }
  }[size]
  const latency = latencies[size]
  const total = calls * windows
  const limit = { calls, perMillis }

  /** What a client is told of the limit: the truth, twice as much, or nothing. */
  const documented = { right: limit, double: { calls: 2 * calls, perMillis }, none: null }

  const measured = async (
    name: string,
    client: Clients.Client,
    setup: Partial<Setup> & { readonly kind: LimitKind },
    known: keyof typeof documented,
    goal: number | null
  ): Promise<Figure> => {
    const { url } = await server.ask({ ...limit, latency, foreign: 0, announces: false, ...setup })
    const started = performance.now()
    await client({ url, total, limit: documented[known] })
    const wall = performance.now() - started
    const { mostRefused, refused } = await server.ask("tally")
    // Whoever starts with a full allowance needs so many windows more, in the worst phase.
    const ideal = ((windows - 1) * perMillis) / (1 - (setup.foreign ?? 0))
    return {
      name,
      value: `${(total / (wall / 1000)).toFixed(1)} calls/s, ${refused} 429s, ${mostRefused} a window`,
      bound: `${(total / (ideal / 1000)).toFixed(1)} calls/s`,
      ratio: ideal / wall,
      goal: goal === null ? null : { sense: ">=", ratio: goal }
    }
  }

  // Code that runs for the first time takes longer, and is not what is measured.
  const { url } = await server.ask({ ...limit, kind: "none", latency: [0, 0], foreign: 0, announces: false })
  for (const client of [Clients.ours, Clients.bare]) await client({ url, total: size === "smoke" ? 20 : 2_000, limit: { calls: 1e9, perMillis } })

  // In fewer windows the first and the last weigh too much to tell.
  const goal = size === "full" ? (0.95 * perMillis) / (perMillis + (latency[0] + latency[1]) / 2) : null
  const all = ["fixed", "sliding", "bucket"] as const
  const kinds = size === "full" ? (["fixed", "sliding"] as const) : (["sliding"] as const)
  for (const kind of all) yield await measured(`Groupbridge, ${kind} window, limit known`, Clients.ours, { kind }, "right", goal)
  for (const kind of all)
    yield await measured(`Groupbridge, ${kind} window, and answers tell what is left`, Clients.ours, { kind, announces: true }, "right", goal)
  for (const kind of kinds) yield await measured(`Groupbridge, ${kind} window, half of what is documented`, Clients.ours, { kind }, "double", null)
  for (const kind of kinds) yield await measured(`Groupbridge, ${kind} window, limit unknown`, Clients.ours, { kind }, "none", null)
  for (const foreign of size === "full" ? [0.3, 0.6] : [0.3])
    for (const kind of size === "smoke" ? kinds : (["fixed", "sliding"] as const))
      for (const announces of size === "smoke" ? [true] : [true, false])
        yield await measured(
          `Groupbridge, ${kind} window, ${foreign * 100} % used by others${announces ? ", answers tell what is left" : ""}`,
          Clients.ours,
          { kind, foreign, announces },
          "right",
          null
        )
  for (const kind of kinds)
    for (const [name, client] of Object.entries(Clients.others)) yield await measured(`${name}, ${kind} window`, client, { kind }, "right", null)
  yield await measured("sequential with Retry-After, sliding window", Clients.sequential, { kind: "sliding" }, "right", null)
}
