/** `init` as a new user runs it: from options, and at a terminal. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const key = (team: Installed.Team) => String(team.sandbox.options(team.url)["apiKey"])
const teamId = (team: Installed.Team) => String(team.sandbox.options(team.url)["teamId"])

/** A team on a socket, and a folder to run in. A written `.env` holds the key, so it goes before the folder is searched for secrets. */
const world = Effect.gen(function* () {
  const team = yield* Installed.team
  const installed = yield* Installed.make({ sources: {}, targets: { cstar: team }, syncs: "  none: {}\n" })
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(join(installed.dir, "trial"), { recursive: true, force: true })))
  const side = ["--option", `cstar.teamId=${teamId(team)}`, "--option", `cstar.baseUrl=${team.url}`]
  return { team, installed, side, trial: (name: string) => join(installed.dir, "trial", name) }
})

describe("init from options", () => {
  it.scopedLive(
    "tries the keys, lists the groups by size with their rule, and writes what check and plan run with",
    () =>
      Effect.gen(function* () {
        const { installed, side, team, trial } = yield* world
        const env = { CSTAR_API_KEY: key(team) }
        const rules = ["--rule", "organization", "--rule", "tag:vip"]
        const { code, stderr, stdout } = yield* installed.run(["init", "--from", "csv", "--to", "cstar", ...side, ...rules, "--dir", "trial"], { env })
        assert.strictEqual(code, 0, stderr)
        assert.match(stdout, /^cstar +ok +cStar/m)
        assert.match(stdout, /Globex +2 +rule 1 \(line \d+\) +Globex\n.*\n.*vip +1 +rule 2 \(line \d+\) +vip/)
        assert.match(stdout, /3 mapped, 0 not mapped/)
        assert.strictEqual(statSync(trial(".env")).mode & 0o777, 0o600)
        assert.strictEqual(readFileSync(trial(".env"), "utf8"), `CSTAR_API_KEY=${key(team)}\n`)
        assert.isFalse(readFileSync(trial("groupbridge.yaml"), "utf8").includes(key(team)))
        assert.isFalse(existsSync(trial(".groupbridge")), "what was read to show the groups is gone again")
        assert.strictEqual((yield* installed.run(["--config", trial("groupbridge.yaml"), "check"])).code, 0)
        const plan = yield* installed.run(["--config", trial("groupbridge.yaml"), "plan"])
        assert.strictEqual(plan.code, 0)
        assert.match(plan.stdout, /NOT FOUND +3: 3 not in cStar/)
      }),
    Installed.patience
  )

  it.scopedLive(
    "asks for nothing where other options than the usual ones are enough",
    () =>
      Effect.gen(function* () {
        const { installed, side, team, trial } = yield* world
        const acme = yield* Installed.desk
        const { apiToken, baseUrl, email } = acme.sandbox.options(acme.url)
        acme.edits.load({ customers: [], organizations: [{ id: "501", name: "Globex" }], memberships: [] })
        const options = ["--option", `zendesk.baseUrl=${String(baseUrl)}`, "--option", `zendesk.email=${String(email)}`, ...side]
        const env = { CSTAR_API_KEY: key(team), ZENDESK_API_TOKEN: String(apiToken) }
        const { code, stderr } = yield* installed.run(["init", "--from", "zendesk", "--to", "cstar", ...options, "--dir", "trial"], { env })
        assert.strictEqual(code, 0, stderr)
        assert.match(
          readFileSync(trial("groupbridge.yaml"), "utf8"),
          /zendesk:\n +connector: zendesk\n +baseUrl: .*\n +email: .*\n +apiToken: \$\{ZENDESK_API_TOKEN\}\n/
        )
      }),
    Installed.patience
  )

  it.scopedLive(
    "writes no config where a key is refused, and leaves it to be filled in where none is known",
    () =>
      Effect.gen(function* () {
        const { installed, side, team, trial } = yield* world
        const args = ["init", "--from", "csv", "--to", "cstar", ...side, "--dir", "trial"]
        const refused = yield* installed.run(args, { env: { CSTAR_API_KEY: "sk_test_of_another_team" } })
        assert.strictEqual(refused.code, 1)
        assert.match(refused.stderr, /cstar cannot be used like this\. No config was written\./)
        assert.isFalse(existsSync(trial("groupbridge.yaml")))
        const blank = yield* installed.run(args)
        assert.strictEqual(blank.code, 0, blank.stderr)
        assert.match(blank.stdout, /Still empty in trial\/\.env, so nothing was tried with them: CSTAR_API_KEY/)
        const calls = team.log.length
        const config = ["--config", trial("groupbridge.yaml")]
        const offline = yield* installed.run([...config, "check", "--offline"])
        assert.deepStrictEqual([offline.code, team.log.length - calls], [0, 0], offline.stderr)
        assert.match(offline.stdout, /^cstar +not asked \(--offline\)$[^]*^warning .*CSTAR_API_KEY\} is not set[^]*^1 warning$/m)
        assert.strictEqual((yield* installed.run([...config, "check"])).code, 64)
        const text = readFileSync(trial("groupbridge.yaml"), "utf8")
        writeFileSync(trial("groupbridge.yaml"), text.replace("kind: organization", "kind: organisation"))
        const broken = yield* installed.run([...config, "check", "--offline"])
        assert.deepStrictEqual([broken.code, broken.stdout], [64, ""])
        assert.match(broken.stderr, /groupbridge\.yaml:\d+:\d+ .*organisation/)
        const again = yield* installed.run(args)
        assert.deepStrictEqual([again.code, again.stdout], [64, ""])
        assert.match(again.stderr, /trial\/groupbridge\.yaml is there already and is not overwritten/)
      }),
    Installed.patience
  )

  it.scopedLive(
    "leaves files that are there as they are, and takes no secret from the command line",
    () =>
      Effect.gen(function* () {
        const { installed, side } = yield* world
        const here = yield* installed.run(["init", "--from", "csv", "--to", "cstar"])
        assert.match(here.stderr, /groupbridge\.yaml is there already/)
        rmSync(join(installed.dir, "groupbridge.yaml"))
        writeFileSync(join(installed.dir, ".env"), "OTHER=1\n")
        writeFileSync(join(installed.dir, "groups.csv"), "id,name\n1,Mine\n")
        const secret = yield* installed.run(["init", "--from", "csv", "--to", "cstar", "--option", "cstar.apiKey=abc"])
        assert.strictEqual(secret.code, 64)
        assert.match(secret.stderr, /a list of processes would show it: set CSTAR_API_KEY in the environment or in \.env/)
        const { code, stdout } = yield* installed.run(["init", "--from", "csv", "--to", "cstar", ...side])
        assert.strictEqual(code, 0)
        assert.match(stdout, /\.env was there and is left as it is\. Add to it: CSTAR_API_KEY/)
        assert.strictEqual(readFileSync(join(installed.dir, ".env"), "utf8"), "OTHER=1\n")
        assert.strictEqual(readFileSync(join(installed.dir, "groups.csv"), "utf8"), "id,name\n1,Mine\n")
        const unknown = yield* installed.run(["init", "--from", "zendesc", "--to", "cstar", "--dir", "trial"])
        assert.deepStrictEqual([unknown.code, /did you mean "zendesk"/.test(unknown.stderr)], [64, true])
      }),
    Installed.patience
  )
})

/** Types each answer once its question stands there. */
const atTerminal = (dir: string, command: string, env: Readonly<Record<string, string>>, answers: ReadonlyArray<readonly [RegExp, string]>) =>
  Effect.promise(
    () =>
      new Promise<{ readonly code: number | null; readonly shown: string }>((resolve) => {
        const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
          cwd: dir,
          env: { PATH: process.env["PATH"], TZ: "UTC", ...env },
          timeout: 60_000
        })
        let [shown, from] = ["", 0]
        const rest = [...answers]
        const read = (text: string): void => {
          shown += text
          const [next] = rest
          if (next === undefined || !next[0].test(shown.slice(from))) return
          from = shown.length
          rest.shift()
          // What is typed before the question stands there is thrown away.
          setTimeout(() => child.stdin.write(`${next[1]}\r`), 500)
        }
        child.stdout.setEncoding("utf8").on("data", read)
        child.on("close", (code) => resolve({ code, shown }))
      })
  )

describe("init at a terminal", () => {
  const hasScript = spawnSync("script", ["--version"]).status === 0
  if (!hasScript) process.stdout.write("init at a terminal is not tested: there is no program `script` here\n")
  it.scopedLive.skipIf(!hasScript)(
    "asks, shows no key, takes other rules, and asks again where a key is refused",
    () =>
      Effect.gen(function* () {
        const { installed, side, team, trial } = yield* world
        const base = side.slice(2).join(" ")
        const { code, shown } = yield* atTerminal(installed.dir, `${process.execPath} ${Installed.program} init ${base} --dir trial`, {}, [
          [/groups come from\?/, "csv"],
          [/to be kept in\?/, "cstar"],
          [/cstar\.teamId: $/, teamId(team)],
          [/cstar\.apiKey \(not shown\): $/, "sk_test_of_another_team"],
          [/Enter the options of cstar again\?/, "y"],
          [/cstar\.teamId: $/, teamId(team)],
          [/cstar\.apiKey \(not shown\): $/, key(team)],
          [/Write the files with these rules\?/, ""],
          [/Write the files with these rules\?/, "r"],
          [/Which organizations become groups\?/, "Glob*"],
          [/Which tags become groups\?/, "*"],
          [/Write the files with these rules\?/, "y"]
        ])
        assert.strictEqual(code, 0, shown)
        assert.isFalse(shown.includes(key(team)), "the key is never shown")
        assert.match(shown, /2 mapped, 1 not mapped/, shown.slice(-1500))
        const config = readFileSync(trial("groupbridge.yaml"), "utf8")
        assert.include(config, '      - kind: organization\n        include: ["Glob*"]\n      - kind: tag\n')
        assert.include(config, `baseUrl: "${team.url}"`)
      }),
    Installed.patience
  )
})
