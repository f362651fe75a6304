/** What it costs to start the built command, beside Node itself. */
import * as Child from "./Child.ts"
import { type Figure, median, type Size } from "./Figure.ts"

export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const rounds = { smoke: 1, small: 5, full: 15 }[size]
  const times = { node: [] as Array<number>, help: [] as Array<number>, version: [] as Array<number> }
  for (let round = 0; round < rounds; round++) {
    times.node.push((await Child.measure(["-e", "0"])).seconds)
    times.help.push((await Child.command(["--help"])).seconds)
    times.version.push((await Child.command(["connectors"])).seconds)
  }
  const [node, help, version] = [median(times.node), median(times.help), median(times.version)]
  const millis = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`
  return [
    { name: "start: groupbridge --help", value: millis(help), bound: `node -e 0: ${millis(node)}`, ratio: help / node, goal: null },
    { name: "start: groupbridge connectors", value: millis(version), bound: `node -e 0: ${millis(node)}`, ratio: version / node, goal: null }
  ]
}
