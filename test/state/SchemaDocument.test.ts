import { assert, describe, it } from "@effect/vitest"
import * as SchemaDocument from "../../state/database/SchemaDocument.ts"

describe("the document of the state's schema", () => {
  it("says what each column means", () => {
    assert.deepStrictEqual(SchemaDocument.unexplained(), [])
  })

  it("has the tables with their comments, keys and references", () => {
    const text = SchemaDocument.markdown()
    assert.include(text, "## claim\n\n")
    assert.include(text, "| claimant (key) | INTEGER | claimant that the row belongs to |")
    assert.include(text, 'target_group ||--o{ assignment : ""')
    assert.include(text, 'source_group ||--o{ source_membership : ""')
  })
})
