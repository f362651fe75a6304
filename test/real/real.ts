/**
 * `npm run test:real [-- vendure medusa]`: real shops on this machine, installed from npm into the user's cache, and a whole life against each. Exits with 1
 * on any problem; a shop that cannot be installed is skipped, and named. Everything that it starts ends with it.
 */
import * as Expectations from "./Expectations.ts"
import * as Kit from "./Kit.ts"
import * as Life from "./Life.ts"
import * as MedusaShop from "./MedusaShop.ts"
import * as VendureShop from "./VendureShop.ts"

const shops = { vendure: VendureShop.open, medusa: MedusaShop.open } as const
type Name = keyof typeof shops
const isName = (text: string): text is Name => text in shops

const chosen = process.argv.slice(2)
const names: ReadonlyArray<Name> = chosen.length === 0 ? ["vendure", "medusa"] : chosen.filter(isName)
const print = (line: string) => void process.stdout.write(`${line}\n`)
const began = performance.now()
const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`

const canInstall = async (name: Name): Promise<boolean> => {
  try {
    await Kit.installed("postgres")
    await Kit.installed(name)
    return true
  } catch (error) {
    print(`${name}: skipped, because it cannot be installed here: ${String(error).split("\n")[0]}`)
    return false
  }
}

const problems: Array<string> = []
for (const name of names) {
  if (!(await canInstall(name))) continue
  print(`${name}: installed, ${seconds()}`)
  const database = await Kit.postgres()
  try {
    const shop = await shops[name](await database.database(name))
    try {
      await shop.addCustomers(Array.from({ length: Life.size }, (_, number) => Life.emailOf(number)))
      print(`${name}: ready with ${Life.size} customers, ${seconds()}`)
      const say = (line: string) => print(`${name}: ${line}`)
      for (const problem of [...(await Expectations.check(shop, say)), ...(await Life.live(shop, say))]) problems.push(`${name}: ${problem}`)
    } finally {
      await shop.stop()
    }
  } finally {
    await database.stop()
  }
  print(`${name}: ended, ${seconds()}`)
}
for (const problem of problems) print(`PROBLEM ${problem}`)
process.exitCode = problems.length === 0 ? 0 : 1
