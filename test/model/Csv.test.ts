import { assert, describe, it } from "@effect/vitest"
import * as Csv from "../../src/model/Csv.ts"

const texts = (text: string) => [...Csv.rows(text)].map((row) => (row._tag === "Row" ? row.cells.map((cell) => cell.text) : row.message))

describe("Csv", () => {
  it("reads cells as they are, quotes undone", () => {
    assert.deepEqual(texts('a, b ,\n"x,""y""",5" disk,""\n'), [
      ["a", " b ", ""],
      ['x,"y"', '5" disk', ""]
    ])
  })

  it("knows every end of line, a byte order mark, empty lines and a last line without an end", () => {
    assert.deepEqual(texts("\uFEFFa,b\r\n\r\nc,d\re,f\n\n,\ng"), [["a", "b"], ["c", "d"], ["e", "f"], ["", ""], ["g"]])
    assert.deepEqual(texts(""), [])
    assert.deepEqual(texts("a,"), [["a", ""]])
  })

  it("tells where every cell begins, also after lines inside quotes", () => {
    const rows = [...Csv.rows('\uFEFFa,"x\r\ny",b\n\nc,d')]
    const places = rows.flatMap((row) => (row._tag === "Row" ? row.cells.map((cell) => [cell.text, cell.line, cell.column]) : []))
    assert.deepEqual(places, [
      ["a", 1, 1],
      ["x\r\ny", 1, 3],
      ["b", 2, 4],
      ["c", 4, 1],
      ["d", 4, 3]
    ])
    assert.deepEqual(
      rows.map((row) => row.line),
      [1, 4]
    )
  })

  it("stops at text that cannot be read, and says where", () => {
    assert.deepEqual([...Csv.rows('a,b\nc,"d\ne,f\n')].at(-1), {
      _tag: "Fault",
      line: 2,
      column: 3,
      message: "the quote that opens here is never closed"
    })
    assert.deepEqual([...Csv.rows('a\n"b" c\nd\n')].at(-1), {
      _tag: "Fault",
      line: 2,
      column: 4,
      message: 'text after a closing quote; a quote inside quotes is written ""'
    })
  })

  it("reads the same wherever the text is cut into pieces, and with another separator", () => {
    const text = '\uFEFFa;"x\r\ny""z";b\r\n\r\n"";;\rc\n;"last"'
    const read = (pieces: ReadonlyArray<string>) => {
      const { push, end } = Csv.reader(";")
      return [...pieces.flatMap(push), ...end()]
    }
    const whole = read([text])
    assert.deepEqual(
      whole.map((row) => (row._tag === "Row" ? row.cells.map(({ text, line, column }) => `${text} ${line}:${column}`) : row.message)),
      [["a 1:1", 'x\r\ny"z 1:3', "b 2:7"], [" 4:1", " 4:4", " 4:5"], ["c 5:1"], [" 6:1", "last 6:2"]]
    )
    assert.deepEqual(read([...text]), whole)
    for (let at = 0; at < text.length; at++) assert.deepEqual(read([text.slice(0, at), text.slice(at)]), whole)
  })

  it("reads a long quoted cell without running out of stack", () => {
    const long = `${"x".repeat(2_000_000)}""`
    assert.strictEqual([...Csv.rows(`"${long}"`)].flatMap((row) => (row._tag === "Row" ? row.cells : []))[0]?.text.length, 2_000_001)
  })
})
