/** What shells complete, asked of the shells themselves, and the manual page. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { program } from "../kit/Installed.ts"

const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
writeFileSync(join(dir, "groupbridge.yaml"), 'connections: {}\nsyncs:\n  customers:\n    from: a\n  "staff":\n    from: b\nkeep: 5d\n')
writeFileSync(join(dir, "copy.db"), "")
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const script = (shell: string): string => {
  const { status, stdout } = spawnSync(process.execPath, [program, "completion", shell], { encoding: "utf8" })
  assert.strictEqual(status, 0)
  writeFileSync(join(dir, shell), stdout)
  return join(dir, shell)
}

/** How each shell is asked for what may follow the words; the last of them is begun, or empty. */
const asked: Readonly<Record<string, (file: string, words: ReadonlyArray<string>) => string>> = {
  bash: (file, words) =>
    `source ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _groupbridge; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (file, words) =>
    `compdef() { }; _files() { print -l *; }; compadd() { shift; print -l "$@"; }; _describe() { print -l -- \${\${(P)2}%%:*}; }
     source ${file}; words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _groupbridge`,
  fish: (file, words) => `source ${file}; complete -C "${words.join(" ")}"`
}

const cases: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<string>]> = [
  [
    ["groupbridge", "sta"],
    ["state", "status"]
  ],
  [
    ["groupbridge", "state", "re"],
    ["rebind", "rebuild", "release", "rename", "restore"]
  ],
  [
    ["groupbridge", "plan", ""],
    ["customers", "staff"]
  ],
  [["groupbridge", "--log-level", "debug", "plan", "--ref"], ["--refresh"]],
  [
    ["groupbridge", "plan", "--refresh", ""],
    ["none", "counts", "full"]
  ],
  [
    ["groupbridge", "completion", ""],
    ["bash", "zsh", "fish"]
  ],
  [["groupbridge", "state", "restore", "co"], ["copy.db"]]
]

describe("completion", () => {
  for (const [shell, ask] of Object.entries(asked)) {
    const isThere = spawnSync(shell, ["--version"]).status === 0
    if (!isThere) process.stdout.write(`completion in ${shell} is not tested: there is no ${shell} here\n`)
    it.skipIf(!isThere)(`knows commands, options, choices, syncs and files in ${shell}`, () => {
      const file = script(shell)
      for (const [words, expected] of cases) {
        const { stderr, stdout } = spawnSync(shell, ["-c", ask(file, words)], { cwd: dir, encoding: "utf8" })
        const begun = words.at(-1) ?? ""
        const found = stdout.split("\n").flatMap((line) => (line === "" || !line.startsWith(begun) ? [] : [line.split("\t")[0] ?? ""]))
        assert.deepStrictEqual(
          found.filter((one) => !one.startsWith("-") || begun.startsWith("-")).toSorted(),
          [...expected].toSorted(),
          `${words.join(" ")}: ${stderr}`
        )
      }
    })
  }

  it("refuses another shell", () => {
    const { status, stderr } = spawnSync(process.execPath, [program, "completion", "csh"], { encoding: "utf8" })
    assert.deepStrictEqual([status, /Allowed choices are bash, zsh, fish/.test(stderr)], [64, true])
  })
})

describe("the manual page", () => {
  const page = readFileSync(new URL("../../docs/groupbridge.1", import.meta.url), "utf8")
  it("names every command and exit code", () => {
    for (const command of ["init", "plan [sync...]", "state restore <file>", "completion <shell>"]) assert.include(page, `\\fB${command}`)
    for (const code of ["0", "3", "64", "130"]) assert.include(page, `\\fB${code}\\fR`)
    assert.notInclude(page, "generate")
  })

  const hasGroff = spawnSync("groff", ["--version"]).status === 0
  if (!hasGroff) process.stdout.write("the manual page is not set: there is no groff here\n")
  it.skipIf(!hasGroff)("is set without a warning", () => {
    const { status, stderr } = spawnSync("groff", ["-man", "-ww", "-z"], { input: page, encoding: "utf8" })
    assert.deepStrictEqual([status, stderr], [0, ""])
  })
})
