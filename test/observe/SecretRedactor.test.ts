import { assert, describe, it } from "@effect/vitest"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"

const secret = `p@ss/w"rd+=é ~zZ\n?`

const hiding = (...secrets: ReadonlyArray<string>) => {
  const redactor = SecretRedactor.make()
  for (const one of secrets) redactor.hide(one)
  return redactor
}

describe("SecretRedactor", () => {
  const forms: Readonly<Record<string, string>> = {
    plain: secret,
    "percent-encoded": encodeURIComponent(secret),
    "percent-encoded in lower case": encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    "a form's value": new URLSearchParams({ k: secret }).toString().slice(2),
    "a JSON string": JSON.stringify(secret),
    "an ASCII JSON string": JSON.stringify(secret).replace("é", "\\u00e9").replaceAll("/", "\\/"),
    base64: Buffer.from(secret).toString("base64"),
    base64url: Buffer.from(secret).toString("base64url")
  }
  for (const [name, form] of Object.entries(forms)) {
    it(`hides a value as ${name}`, () => {
      const text = hiding(secret).redact(`before ${form} after`)
      assert.match(text, /^before "?\[hidden\]"? after$/)
    })
  }

  it("hides a value inside base64 of more, whatever stands before it", () => {
    for (const before of ["", "a", "ab", "abc", "petra@acme.com/token:"]) {
      const encoded = Buffer.from(`${before}s3cretT0kenValue!tail`).toString("base64")
      const text = hiding("s3cretT0kenValue").redact(encoded)
      const left = text.split("[hidden]")
      assert.strictEqual(left.length, 2)
      // What stays at its edges holds no whole character of it, or one.
      assert.isAtMost(left.join("").length, encoded.length - 20)
    }
  })

  it("covers values that overlap or begin with one another as a whole", () => {
    assert.strictEqual(hiding("abcd", "abcdef", "efghij").redact("xabcdefghijx abcd abcdef"), "x[hidden]x [hidden] [hidden]")
    assert.strictEqual(hiding("aaaa").redact("aaaaaa"), "[hidden]")
  })

  it("ignores values under four characters and leaves other text alone", () => {
    const text = "abc and nothing else"
    assert.strictEqual(hiding("abc", "").redact(text), text)
  })

  it("takes little time on long texts", () => {
    const redactor = hiding(...Array.from({ length: 20 }, (_, index) => `secret-number-${index}-of-many`))
    const text = `${"some innocent words ".repeat(500_000)}secret-number-7-of-many`
    const begun = performance.now()
    assert.isTrue(redactor.redact(text).endsWith("words [hidden]"))
    assert.isBelow(performance.now() - begun, 3_000)
  })

  it("hides secrets that are minted one after another, of each holder the last 16", () => {
    const redactor = SecretRedactor.make()
    const token = (number: number) => `minted-token-${number}-of-acme`
    for (let number = 1; number <= 40; number++) redactor.hideMinted("acme", token(number))
    redactor.hideMinted("globex", "minted-token-of-globex")
    assert.strictEqual(redactor.redact(`${token(40)} ${encodeURIComponent(token(25))} minted-token-of-globex`), "[hidden] [hidden] [hidden]")
    assert.strictEqual(redactor.redact(token(24)), token(24))
  })
})
