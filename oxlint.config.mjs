/** Lint rules. The order of the rooms stands here and nowhere else: a room imports only rooms before it. */

/** Rooms of `src/` in the order in which the data walks through them. */
export const rooms = [
  "model",
  "contract",
  "observe",
  "http",
  "sandbox",
  "config",
  "calls",
  "read",
  "described",
  "reconcile",
  "plan",
  "apply",
  "team",
  "run",
  "explain",
  "operate",
  "report",
  "notify",
  "serve",
  "cli"
]

/** Rooms of `state/` in the same order: what commands look up and the care of the file come last. */
export const stateRooms = ["database", "read", "reconcile", "plan", "apply", "team", "run", "query", "file"]

/** What a connector may import of `src/`, besides its own folder and `connectors/kit`. */
const connectorRooms = new Set(["model", "contract", "observe", "http", "sandbox"])

/** What `state/` may import of `src/`: the ports that it implements, and what they are made of. */
const stateBans = ["http", "report", "notify", "serve", "cli"]

const paths = [
  { name: "effect", message: "import one module: effect/Effect" },
  { name: "@effect/platform", message: "import one module: @effect/platform/HttpClient" }
]

const within = (folder, names) => names.map((name) => `**/${folder}${name}/**`)

/** An override that refuses imports: `bans` are pairs of globs and the reason that is shown. */
const restrict = (files, bans, excludeFiles = []) => ({
  files,
  excludeFiles,
  rules: {
    "no-restricted-imports": ["error", { paths, patterns: bans.filter(([group]) => group.length > 0).map(([group, message]) => ({ group, message })) }]
  }
})

const wired = [["**/connectors/**", "**/state/**", "**/test/**"], "only src/wire.ts wires connectors and state"]

/** Files of a connector that only tests load. */
const connectorTests = ["connectors/**/*.test.ts", "connectors/**/TestConnection.ts"]

export default {
  plugins: ["typescript", "import", "unicorn", "oxc", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  ignorePatterns: ["dist/**"],
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    "no-console": "error",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "no-await-in-loop": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "import/no-unassigned-import": "off"
  },
  overrides: [
    ...rooms.map((room, index) =>
      restrict([`src/${room}/**`], [[[...within("", rooms.slice(index + 1)), "**/main.ts", "**/wire.ts"], `src/${room} knows only the rooms before it`], wired])
    ),
    ...stateRooms.map((room, index) =>
      restrict(
        [`state/${room}/**`],
        [
          [stateRooms.slice(index + 1).map((later) => `../${later}/**`), `state/${room} knows only the rooms before it`],
          [["**/connectors/**", "**/test/**", ...within("src/", stateBans)], "state implements the engine's ports and knows nothing else"]
        ]
      )
    ),
    restrict(
      ["connectors/*/**"],
      [
        [
          within(
            "src/",
            rooms.filter((room) => !connectorRooms.has(room))
          ),
          "a connector knows the contract, http and itself"
        ],
        [["**/state/**", "**/test/**", "../[a-z]*/**", "!../kit/**"], "a connector knows the contract, http and itself"]
      ],
      connectorTests
    ),
    { files: ["test/**", ...connectorTests], rules: { "typescript/no-non-null-assertion": "off" } }
  ]
}
