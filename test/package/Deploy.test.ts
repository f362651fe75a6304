/** The recipes of deploy/: each is what its own tool takes, and says nothing to the program that it does not understand. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { parse, parseAllDocuments } from "yaml"
import * as Installed from "../kit/Installed.ts"

const deploy = fileURLToPath(new URL("../../deploy", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "groupbridge-deploy-"))
const read = (file: string): string => readFileSync(join(deploy, file), "utf8")

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Whether the program takes these arguments: with --help it says so without doing anything. */
const understands = (args: string): boolean => {
  const { status, stderr } = spawnSync(process.execPath, [Installed.program, ...args.split(" "), "--help"], { encoding: "utf8" })
  return status === 0 && !stderr.includes("unknown")
}

describe("systemd", () => {
  const units = readdirSync(join(deploy, "systemd"))
  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0
  if (!hasSystemd) process.stdout.write("the units of deploy/systemd are not verified: systemd-analyze is not installed\n")

  it.skipIf(!hasSystemd)("takes the units without a word", () => {
    // Verified beside a program that is there, for it asks for that, too.
    for (const unit of units) writeFileSync(join(folder, unit), read(`systemd/${unit}`).replaceAll("/usr/bin/groupbridge", process.execPath))
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", ...units.map((unit) => join(folder, unit))], { encoding: "utf8" })
    const own = stderr.split("\n").filter((line) => line.includes(folder) || line.includes("groupbridge"))
    assert.deepStrictEqual([status, own], [0, []], stderr)
  })

  it("starts commands that there are, and takes exit codes for what they mean", () => {
    const commands = units.flatMap((unit) => [...read(`systemd/${unit}`).matchAll(/^ExecStart=\/usr\/bin\/groupbridge (.*)$/gm)].map(([, args = ""]) => args))
    assert.sameMembers(commands, ["serve", "sync --quiet"])
    // What is written to systemd comes from a child of the service.
    for (const line of ["Type=notify", "NotifyAccess=all", "WatchdogSec=5min"]) assert.include(read("systemd/groupbridge.service").split("\n"), line)
    for (const command of commands) assert.isTrue(understands(command), command)
    const { stdout } = spawnSync(process.execPath, [Installed.program, "--help"], { encoding: "utf8" })
    for (const code of ["6", "64", "75"]) assert.match(stdout, new RegExp(`^ {2}${code} `, "m"))
  })
})

describe("cron", () => {
  it("has one line of five fields, a user and a command that there is", () => {
    const lines = read("cron/groupbridge")
      .split("\n")
      .filter((line) => /^[\d*]/.test(line))
    assert.lengthOf(lines, 1)
    const [, user, command] = /^(?:\S+\s+){5}(\S+)\s+cd \S+ && groupbridge (.*)$/.exec(lines[0] ?? "") ?? []
    assert.deepStrictEqual([user, understands(command ?? "")], ["groupbridge", true])
  })
})

interface Container {
  readonly args: ReadonlyArray<string>
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean; readonly allowPrivilegeEscalation: boolean }
  readonly volumeMounts: ReadonlyArray<{ readonly mountPath: string }>
}

describe("containers", () => {
  const documents = (file: string) => parseAllDocuments(read(file)).map((document) => document.toJS())

  it("are what the Kubernetes API takes: no field that it does not know, none missing, each of its type", async () => {
    const kinds = { PersistentVolumeClaim: "core/v1", Deployment: "apps/v1", CronJob: "batch/v1" } as const
    const all = ["kubernetes/deployment.yaml", "kubernetes/cronjob.yaml"].flatMap(documents)
    const checked = async (manifests: ReadonlyArray<{ readonly kind: keyof typeof kinds; readonly apiVersion: string }>) => {
      const place = mkdtempSync(join(folder, "kubernetes-"))
      const values = manifests.map(
        (one, index) =>
          `import type { ${one.kind} as K${index} } from "kubernetes-types/${kinds[one.kind]}"\nexport const m${index}: Full<K${index}> = ${JSON.stringify(one)}\n`
      )
      // What names a manifest is optional in the types, for clients that fill it in.
      const full = 'type Full<A> = A & Required<Pick<A, Extract<keyof A, "apiVersion" | "kind" | "metadata" | "spec">>>\n'
      writeFileSync(join(place, "manifests.ts"), full + values.join(""))
      symlinkSync(join(deploy, "..", "node_modules"), join(place, "node_modules"))
      const flags = ["--noEmit", "--strict", "--module", "nodenext", "--moduleResolution", "nodenext", "--types", "", "manifests.ts"]
      const tsc = promisify(execFile)(process.execPath, [join(deploy, "..", "node_modules/typescript/bin/tsc"), ...flags], { cwd: place })
      return tsc.then(
        () => "",
        ({ stdout }: { readonly stdout: string }) => stdout
      )
    }
    assert.strictEqual(await checked(all), "")
    const [, deployment] = structuredClone(all)
    deployment.spec.template.spec.containers[0].livenessprobe = {}
    assert.match(await checked([deployment]), /error TS2353: [^\n]*livenessprobe/)
  }, 120_000)

  it("run in Kubernetes one at a time, without rights, with a read-only root", () => {
    const [claim, deployment] = documents("kubernetes/deployment.yaml")
    const [job] = documents("kubernetes/cronjob.yaml")
    assert.deepStrictEqual([claim.kind, deployment.kind, job.kind], ["PersistentVolumeClaim", "Deployment", "CronJob"])
    assert.deepStrictEqual([deployment.spec.replicas, deployment.spec.strategy.type, job.spec.concurrencyPolicy], [1, "Recreate", "Forbid"])
    assert.deepStrictEqual([job.spec.jobTemplate.spec.backoffLimit, job.spec.jobTemplate.spec.template.spec.restartPolicy], [0, "Never"])
    for (const { spec } of [deployment.spec.template, job.spec.jobTemplate.spec.template]) {
      assert.deepStrictEqual([spec.securityContext.runAsNonRoot, spec.securityContext.runAsGroup], [true, 0])
      const [{ args, securityContext, volumeMounts }] = spec.containers as readonly [Container]
      assert.isTrue(understands(args.join(" ")), args.join(" "))
      assert.deepStrictEqual([securityContext.readOnlyRootFilesystem, securityContext.allowPrivilegeEscalation], [true, false])
      assert.deepStrictEqual(
        volumeMounts.map(({ mountPath }) => mountPath),
        ["/config", "/state", "/tmp"]
      )
    }
  })

  it("run by compose read-only, with the state on a volume", () => {
    const { services, volumes } = parse(read("compose.yaml"))
    assert.deepStrictEqual([services.groupbridge.read_only, services.groupbridge.volumes.at(-1), Object.keys(volumes)], [true, "state:/state", ["state"]])
  })
})

describe("the GitHub action", () => {
  const config = (base: string, pull: string) => {
    const file = join(folder, "groupbridge.yaml")
    writeFileSync(file, pull)
    return spawnSync(process.execPath, [join(deploy, "github", "config.mjs"), file], { input: base, encoding: "utf8" })
  }
  const base = "connections:\n  a: { connector: csv }\nsyncs:\n  one: { from: a }\n"

  it("takes connections and connectors from the base branch, and the rest from the pull request", () => {
    const pull = "# ours\nconnectors: [./evil.yaml]\nsyncs:\n  one: { from: b }\nconnections:\n  a: { connector: csv, baseUrl: https://evil.example }\n"
    const { status, stdout } = config(base, pull)
    assert.strictEqual(status, 0)
    assert.deepStrictEqual(parse(stdout), { connections: { a: { connector: "csv" } }, syncs: { one: { from: "b" } } })
  })

  it.each([
    ["a key in quotes", base, '"connect\\u006frs": [./evil.yaml]\n'],
    ["a merged key", base, "x: &x { connectors: [./evil.yaml] }\n<<: *x\n"],
    ["an explicit key", base, "? connectors\n: [./evil.yaml]\n"],
    ["a second document", base, "syncs: {}\n---\nconnectors: [./evil.yaml]\n"],
    ["an alias in the base branch's connections", "connections:\n  a: *shared\n", "x-shared: &shared {}\n"]
  ])("refuses %s", (_, before, pull) => {
    const { status, stdout } = config(before, pull)
    assert.deepStrictEqual([status, stdout], [1, ""])
  })

  it("plans for branches of this repository only, and on pull_request alone", () => {
    const run = (event: string, head: string) =>
      spawnSync("bash", [join(deploy, "github", "run.sh")], {
        env: { PATH: process.env["PATH"], COMMAND: "plan", GITHUB_EVENT_NAME: event, GITHUB_REPOSITORY: "acme/config", HEAD_REPOSITORY: head },
        encoding: "utf8"
      }).status
    assert.deepStrictEqual([run("pull_request", "evil/config"), run("pull_request_target", "acme/config")], [64, 64])
  })

  it.each([["acme.yaml"], [".env"]])("makes no plan where the pull request changes %s, which may decide where calls go", (file) => {
    const repository = mkdtempSync(join(folder, "repository-"))
    const git = (...args: ReadonlyArray<string>) =>
      execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@x.example", ...args], { cwd: repository, encoding: "utf8" }).trim()
    git("init", "--quiet")
    writeFileSync(join(repository, "groupbridge.yaml"), `connectors: [./acme.yaml]\n${base}`)
    writeFileSync(join(repository, "acme.yaml"), "baseUrl: https://acme.example\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "base")
    const env = { PATH: process.env["PATH"], COMMAND: "plan", CONFIG: "groupbridge.yaml", PROGRAM: join(folder, "planned.mjs"), BASE: git("rev-parse", "HEAD") }
    const place = {
      GITHUB_ACTION_PATH: join(deploy, "github"),
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REPOSITORY: "acme/config",
      HEAD_REPOSITORY: "acme/config"
    }
    writeFileSync(join(repository, file), "baseUrl: https://evil.example\n")
    git("add", "--force", ".")
    git("commit", "--quiet", "--message", "pull")
    writeFileSync(env.PROGRAM, 'throw new Error("planned")')
    const { status, stderr } = spawnSync("bash", [join(deploy, "github", "run.sh")], { cwd: repository, env: { ...env, ...place }, encoding: "utf8" })
    assert.strictEqual(status, 64)
    assert.include(stderr, `this pull request changes ${file}, which may decide where calls go`)
  })

  it("replaces its earlier comment, and keeps to the length that a comment may have", async () => {
    const calls: Array<readonly [string, string, number]> = []
    const mark = "<!-- groupbridge plan -->"
    let comments = [{ id: 1, user: { type: "User" }, body: `${mark} by hand` }]
    const server = createServer((request, response) => {
      let body = ""
      request
        .on("data", (chunk) => void (body += chunk))
        .on("end", () => {
          if (request.method !== "GET") {
            const text = (JSON.parse(body) as { readonly body: string }).body
            calls.push([request.method ?? "", request.url ?? "", text.length])
            comments = [...comments, { id: 7, user: { type: "Bot" }, body: text }]
          }
          response.end(JSON.stringify(request.method === "GET" ? comments : {}))
        })
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const event = join(folder, "event.json")
    writeFileSync(event, '{ "number": 5 }')
    const comment = async (report: string) => {
      const env = {
        TOKEN: "t",
        GITHUB_EVENT_PATH: event,
        GITHUB_REPOSITORY: "acme/config",
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      }
      const child = spawn(process.execPath, [join(deploy, "github", "comment.mjs")], { env, stdio: ["pipe", "inherit", "inherit"] })
      child.stdin?.end(report)
      return new Promise((resolve) => child.on("close", resolve))
    }
    try {
      assert.deepStrictEqual([await comment("short"), await comment("a line\n".repeat(20_000))], [0, 0])
    } finally {
      server.close()
    }
    assert.deepStrictEqual(
      calls.map(([method, url]) => [method, url]),
      [
        ["POST", "/repos/acme/config/issues/5/comments"],
        ["PATCH", "/repos/acme/config/issues/comments/7"]
      ]
    )
    assert.deepStrictEqual([calls[0]?.[2], (calls[1]?.[2] ?? 0) > 65_000 && (calls[1]?.[2] ?? 0) <= 65_536], [mark.length + 6, true])
  })

  it("runs a script that bash takes, and asks its inputs by name", () => {
    execFileSync("bash", ["-n", join(deploy, "github", "run.sh")])
    const { inputs, runs } = parse(read("github/action.yml"))
    assert.deepStrictEqual([Object.keys(inputs), runs.using], [["command", "config", "program", "token"], "composite"])
  })
})

describe("docs/operations.md", () => {
  it("walks through every recipe", () => {
    const text = readFileSync(join(deploy, "..", "docs", "operations.md"), "utf8")
    const recipes = readdirSync(deploy, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/\.(mjs|sh)$/.test(entry.name))
    for (const { name, parentPath } of recipes) assert.include(text, `${parentPath.slice(deploy.length - "deploy".length)}/${name}`)
  })
})
