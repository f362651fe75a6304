/** The histories that every run of the tests plays: few, and such that each of the seeded defects of `npm run test:mutants` shows in one of them. */
export const seeds: ReadonlyArray<number> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
