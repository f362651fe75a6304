/** `npm run build`: bundles the program into dist/, and writes THIRD-PARTY-NOTICES. */
import * as Bundle from "./Bundle.ts"

await Bundle.bundle()
