import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as EnvFile from "../../src/config/EnvFile.ts"
import { load, loadRight, minimal } from "./support.ts"

const state = (text: string): string => minimal({ rest: `state: ${text}\n` })

describe("variables", () => {
  it.effect("come from the environment, then from .env; an empty one is none", () =>
    Effect.gen(function* () {
      const text = state('"/${A}/${B}/${A}-${C}"')
      const { config } = yield* loadRight({ "groupbridge.yaml": text, ".env": 'A=not-this\nB="two words"\nC=from-file\n' }, { A: "one", C: "" })
      assert.strictEqual(config.state, "/one/two words/one-from-file")
      assert.deepEqual(config.secrets.slice(0, 3), ["one", "two words", "from-file"])
    })
  )

  const written: ReadonlyArray<readonly [line: string, value: string]> = [
    ["A=tok#en", "tok#en"],
    ["A=tok#en # the key of the desk", "tok#en"],
    ["A=token\t# the key", "token"],
    ["export A = token  ", "token"],
    ['A="tok # en" # the key', "tok # en"],
    ["A='tok # en'", "tok # en"],
    ['A="two\\nlines"', "two\nlines"],
    ["A='one\\n'", String.raw`one\n`],
    ['A="over\ntwo"\nB=x', "over\ntwo"],
    ["A=one\r\nB=x\r\n", "one"],
    ["A=one\nA=two", "two"],
    ["# A=none\nA=one", "one"],
    ["A=p@ss=w0rd", "p@ss=w0rd"],
    ['A=it"s', 'it"s'],
    ['A="never closed', '"never closed']
  ]
  for (const [line, value] of written) {
    it(`of .env: ${JSON.stringify(line)} is ${JSON.stringify(value)}`, () => {
      assert.strictEqual(EnvFile.parse(line)["A"], value)
    })
  }

  it("of .env: a comment alone is an empty value", () => {
    assert.deepStrictEqual(EnvFile.parse("A= # none\nB=#none\nnot an assignment\n"), { A: "", B: "" })
  })

  it.effect("come from files beside the config or anywhere", () =>
    Effect.gen(function* () {
      const { config } = yield* loadRight({ "groupbridge.yaml": state("/${file:secrets/a}/x"), "secrets/a": "\n in file \n" })
      assert.strictEqual(config.state, "/in file/x")
    })
  )

  it.effect("are not looked for where $${ escapes them", () =>
    Effect.gen(function* () {
      const { config } = yield* loadRight({ "groupbridge.yaml": state("/$${HOME}/$$/$x/${A}") }, { A: "${B}" })
      assert.strictEqual(config.state, "/${HOME}/$$/$x/${B}")
    })
  )

  it.effect("that are missing are all named, each with where it was looked for", () =>
    Effect.gen(function* () {
      const text = state('"${NOT_THERE} ${EMPTY} ${CSTAR_KEY} ${file:no/such} ${file:empty} ${A:-b} ${open"')
      const { dir, lines } = yield* load({ "groupbridge.yaml": text, ".env": "EMPTY=\nCSTAR_KEYS=x\n", empty: " \n" }, { EMPTY: "" })
      const beside = "in .env beside this file"
      assert.deepEqual(
        lines,
        [
          "${ is not closed; write ${NAME} or ${file:PATH}, and $${ for a ${ that is meant so",
          "${A:-b} names no variable; write ${NAME} or ${file:PATH}, and $${ for a ${ that is meant so",
          `\${CSTAR_KEY} is not set; looked in the environment and ${beside}; did you mean "CSTAR_KEYS"?`,
          `\${EMPTY} is not set; looked in the environment (empty there) and ${beside} (empty there)`,
          "${file:empty}: the file is empty",
          `\${file:no/such}: no such file; looked at ${dir}/no/such`,
          `\${NOT_THERE} is not set; looked in the environment and ${beside}`
        ].map((message) => `groupbridge.yaml:10:8  ${message}`)
      )
    })
  )

  it.effect("that are missing cause no second problem", () =>
    Effect.gen(function* () {
      const sync = "    to: ${TO}\n    removals: ${R}\n    exceptions: ${E}\n    schedule: ${S}\n    match: [{ file: '${M}' }]\n"
      const text = minimal({ sync: sync.replace("    to: ${TO}\n", "") }).replace("to: cstar", "to: ${TO}")
      const { lines } = yield* load({ "groupbridge.yaml": text })
      assert.strictEqual(lines.length, 5)
      for (const line of lines) assert.include(line, "is not set")
    })
  )
})

describe("secrets", () => {
  it.effect("are in no message, wherever they stand", () =>
    Effect.gen(function* () {
      const text = `connections:
  zendesk: { connector: zendesk, subdomain: [literal-secret-1], accessToken: 123456789, suspended: "\${S}" }
  cstar: { connector: "\${S}", teamId: team_1, apiKey: "\${S}", budget: "\${S}" }
  other: { connector: cstar, teamId: t, apiKey: short77, apiKei: literal-secret-2 }
syncs:
  customers:
    from: \${S}
    to: "\${S}"
    rules: [{ kind: "\${S}", where: { a: ">= \${S}" }, include: ["!\${S}"] }]
    guards: { removals: "\${S}" }
    schedule: \${S}
    timezone: \${S}
    drift: \${S}
    exceptions: \${S}
keep: \${S}
`
      const { lines } = yield* load({ "groupbridge.yaml": text }, { S: "env-secret-3" })
      assert.isAtLeast(lines.length, 14)
      for (const secret of ["env-secret-3", "literal-secret", "short77", "123456789"]) assert.notInclude(lines.join("\n"), secret)
      assert.include(lines.join("\n"), "groupbridge.yaml:15:7  the value of ${S} is not a duration")
    })
  )
})
