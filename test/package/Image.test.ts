/** The container image: built without a registry, run read-only, as a user it does not know, with the program as process 1. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "groupbridge-image-test-"))
const storage = ["--root", join(folder, "storage"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"]
const [state, config] = [join(folder, "state"), join(folder, "config")]

const succeeds = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args, { stdio: "ignore" }).status === 0

const whyNot = !succeeds("buildah", "--version")
  ? "buildah is not installed"
  : !succeeds("unshare", "--mount", "--pid", "--fork", "true")
    ? "this user may make no namespaces"
    : null
if (whyNot !== null) process.stdout.write(`the container image is not built: ${whyNot}\n`)

const buildah = (...args: ReadonlyArray<string>): string => execFileSync("buildah", [...storage, ...args], { encoding: "utf8" }).trim()

/** Some user that the image does not name, in the group that platforms keep. */
const user = 123_456

describe.skipIf(whyNot !== null)("the container image", () => {
  let mounted = ""
  const entry = ["/usr/local/bin/node", "/app/dist/main.js"]

  beforeAll(() => {
    const npx = ["exec", "--", "tsx", "packaging/image.ts", "--tag", "groupbridge:test", ...storage.map((argument) => `--buildah=${argument}`)]
    execFileSync("npm", npx, { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
    mounted = buildah("mount", buildah("from", "--pull-never", "groupbridge:test"))
    for (const dir of [state, config]) mkdirSync(dir)
    chownSync(state, user, 0)
    writeFileSync(join(config, "customers.csv"), "id,email,name\n1,ann@x.example,Ann\n")
    writeFileSync(join(config, "groups.csv"), "id,name\nvip,VIP\n")
    writeFileSync(join(config, "memberships.csv"), "customer,group\n1,vip\n")
    writeFileSync(
      join(config, "groupbridge.yaml"),
      `connections:
  people: { connector: csv, customers: customers.csv, groups: groups.csv, memberships: memberships.csv }
  cstar: { connector: cstar, teamId: team_1, apiKey: sk_test_1 }
syncs:
  customers: { from: people, to: cstar, rules: [{ kind: organization }, { kind: tag }], schedule: "@yearly" }
serve: { missed: skip }
state: /state/state.db
backup: { dir: /state/backup }
`
    )
  }, 300_000)

  afterAll(() => {
    if (whyNot === null) spawnSync("buildah", [...storage, "rm", "--all"], { stdio: "ignore" })
    rmSync(folder, { recursive: true, force: true })
  })

  /** As a container runtime does: an own view of files and processes, the root read-only, a volume, a place for temporary files, and one process. */
  const start = (...args: ReadonlyArray<string>): ChildProcess => {
    const script = `set -e
root="$1"; mount --bind "$root" "$root"; mount -o remount,bind,ro "$root"
mount --bind "$2" "$root/state"; mount --bind "$3" "$root/config"; mount -o remount,bind,ro "$root/config"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"; mount -t proc proc "$root/proc"; shift 3
exec unshare --root="$root" --wd=/config --setgid=0 --setuid=${user} "$@"`
    return spawn("unshare", ["--mount", "--pid", "--fork", "sh", "-c", script, "sh", mounted, state, config, ...entry, ...args], {
      env: { PATH: process.env["PATH"], NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"]
    })
  }

  const ended = (child: ChildProcess) =>
    new Promise<{ readonly code: number | null; readonly printed: string }>((resolve) => {
      let printed = ""
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => void (printed += text))
      child.once("close", (code) => resolve({ code, printed }))
    })

  /** Of the process 1 inside, as this machine numbers it. */
  const inside = ({ pid }: ChildProcess): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim())

  it("names a user, a health check and the service as what runs", () => {
    const { Docker } = JSON.parse(buildah("inspect", "--type", "image", "groupbridge:test")) as {
      readonly Docker: { readonly config: Record<string, unknown> }
    }
    const { Cmd, Entrypoint, Healthcheck, User, Volumes } = Docker.config
    assert.deepStrictEqual([User, Cmd, Volumes], ["65532:0", ["serve"], { "/state": {} }])
    assert.deepStrictEqual(Entrypoint, ["/usr/local/bin/node", "/app/dist/main.js"])
    assert.deepStrictEqual((Healthcheck as { readonly Test: unknown }).Test, ["CMD", "/usr/local/bin/node", "/app/dist/main.js", "status", "--json"])
  })

  it("runs the demo to its end", async () => {
    const { code, printed } = await ended(start("demo"))
    assert.strictEqual(code, 0, printed)
  }, 120_000)

  it("keeps the state on its volume, as the user it is run as", async () => {
    const { code, printed } = await ended(start("pause", "customers", "--until", "2h"))
    assert.strictEqual(code, 0, printed)
    const { mode, uid } = statSync(join(state, "state.db"))
    assert.deepStrictEqual([uid, mode & 0o777], [user, 0o600])
    assert.isNotEmpty(readdirSync(join(state, "backup")))
  }, 60_000)

  it("serves as process 1, is healthy meanwhile, and ends cleanly by SIGTERM", async () => {
    const serving = start("serve")
    const end = ended(serving)
    await new Promise<void>((resolve) => serving.stderr?.on("data", (text: string) => void (text.includes("@yearly") && resolve())))
    const pid = inside(serving)
    assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^NSpid:\s+\d+\s+1$/m)
    const health = await ended(start("status", "--json"))
    assert.strictEqual(health.code, 0, health.printed)
    process.kill(pid, "SIGTERM")
    const { code, printed } = await end
    assert.strictEqual(code, 143, printed)
    assert.include(printed, "Stopped. Nothing was written.")
  }, 60_000)
})
