/** `npm run build:types`: lays the library's types into dist/types, and writes docs/api.md. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bundle from "./Bundle.ts"
import * as Declarations from "./Declarations.ts"

const types = Declarations.declare(Bundle.root, Bundle.entries)
Declarations.write(types, Bundle.typesFolder)
writeFileSync(join(Bundle.root, "docs", "api.md"), Declarations.report(types))
