/** The histories that every run of the tests plays: the known ones, in which each seeded defect of `npm run test:mutants` shows, and a few random ones. */
import * as Generate from "./Generate.ts"
import type { History } from "./History.ts"
import { known } from "./Known.ts"

export const histories: Readonly<Record<string, History>> = {
  ...known,
  ...Object.fromEntries([1, 2, 3, 5, 8, 13].map((seed) => [`seed ${seed}`, Generate.history(seed)]))
}
