/** The shape of the config file without its connections: every key once, with its meaning and its default. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { defaults, floors, teamDefaults, windowHours } from "../model/Guard.ts"
import { ConditionText, DurationText, Filled, Glob, ListenText, percent, PlainName, ScheduleText, SizeText, Template, Timezone, whole } from "./Values.ts"
import { isLoopback } from "../http/Loopback.ts"
import { Wanted } from "./Decode.ts"
import { Hook, HookUrl } from "./Hooks.ts"

const orElse = <A, I>(schema: Schema.Schema<A, I>, value: NoInfer<A>, description: string) =>
  Schema.optionalWith(schema.annotations({ description }), { default: () => value, exact: true })

const maybe = <A, I>(schema: Schema.Schema<A, I>, description: string) => Schema.optionalWith(schema.annotations({ description }), { exact: true })

const filledList = <A, I>(item: Schema.Schema<A, I>, message: string) => Schema.Array(item).pipe(Schema.minItems(1, { message: () => message }))

const isWord = Schema.is(Schema.String)

/** One text, or a list of at least one. */
const oneOrMore = <I>(item: Schema.Schema<string, I>) =>
  Schema.transform(Schema.Union(item, filledList(item, "names nothing; name at least one")), Schema.Array(Schema.String), {
    decode: (names) => (isWord(names) ? [names] : names),
    encode: (names) => names
  }).annotations({ [Wanted]: "a name or a list of names" })

export const Rule = Schema.Struct({
  kind: Schema.Literal("organization", "tag", "label", "segment").annotations({
    description: "What the source group is."
  }),
  of: orElse(
    Schema.Literal("customers", "organizations"),
    "customers",
    "For tags and labels: what carries them. organizations: what an organization is tagged with, for all its members. Default: customers."
  ),
  include: orElse(Schema.Array(Glob), [], "Globs over names, * and ?, without regard to case. Default: every name."),
  exclude: orElse(Schema.Array(Glob), [], "Globs over names that the rule leaves to the rules below. Default: none."),
  where: orElse(
    Schema.Record({ key: Schema.String, value: ConditionText }),
    {},
    'Conditions on the size (members) and on fields of the source group, all of which must hold: ">= 3", "!= x", or a value for equality.'
  ),
  name: maybe(Template, 'Name of the target group, with {name}, {id}, {kind}, {slug}, {connection} and fields: "Plan {name}". Default: {name}.'),
  slug: maybe(Template, "Slug of the target group, a template as for name. Default: the target's."),
  description: maybe(Template, "Description of the target group, a template as for name."),
  externalId: maybe(Template, "External id of the target group, a template as for name. Default: the organization's own id, tag:NAME, label:NAME."),
  customFields: orElse(Schema.Record({ key: Schema.String, value: Template }), {}, "Custom fields of the target group, templates as for name."),
  into: maybe(PlainName, "All groups that the rule takes share one target group of this name."),
  previously: orElse(Schema.Array(Filled), [], "Names that the tag, or the group of into, had before: a rename makes no new group.")
})

export const MatchItem = Schema.Union(
  Schema.Literal("email", "externalId"),
  Schema.Struct({
    source: Filled.annotations({ description: "Field of the source customer." }),
    target: Filled.annotations({ description: "Field of the target customer." })
  }),
  Schema.Struct({
    file: Filled.annotations({
      description: "CSV file with a header: one of email, externalId, id, and target. Relative to the config file."
    })
  })
).annotations({ [Wanted]: "email, externalId, {source: FIELD, target: FIELD} or {file: map.csv}" })

const Adopt = Schema.Struct({
  groups: orElse(
    Schema.Array(Schema.Literal("externalId", "slug", "name")),
    ["externalId"],
    "By what an existing target group is taken over. Default: [externalId]."
  ),
  members: orElse(
    Schema.Literal("none", "confirmed"),
    "none",
    "confirmed: existing memberships that the source confirms become ours, and are removed when the source ends them. Default: none."
  ),
  names: orElse(Schema.Literal("keep", "follow"), "keep", "Whether an adopted group keeps its name or follows the source's. Default: keep.")
})

const Grace = Schema.Struct({
  reads: orElse(whole(1), 1, "Absent in so many complete reads before it is removed. Default: 1."),
  for: orElse(DurationText, Duration.zero, "Absent for so long before it is removed. Default: 0h.")
})

/** A limit with the default that its description names. */
const limit = (schema: Schema.Schema<number>, value: number, description: string) => orElse(schema, value, `${description} Default: ${value}.`)

const Guards = Schema.Struct({
  removals: limit(whole(0), defaults.removals, `Most removals of the sync in any ${windowHours} hours.`),
  removalPercent: limit(percent(100), defaults.removalPercent, `Most removals as a share of what the sync could remove, from ${floors.removable} rows on.`),
  groupRemovalPercent: limit(percent(100), defaults.groupRemovalPercent, `Most removals from one group, from ${floors.groupRemoval} members on.`),
  emptiedGroups: limit(whole(0), defaults.emptiedGroups, "Most groups that lose their last member."),
  sourceShrink: limit(percent(100), defaults.sourceShrink, "Percent fewer rows in a stream of the source than before."),
  additions: limit(whole(0), defaults.additions, `Most additions in any ${windowHours} hours.`),
  groupGrowthPercent: limit(percent(Infinity), defaults.groupGrowthPercent, `Most growth of one group, from ${floors.groupGrowth} members on.`),
  newGroups: limit(whole(0), defaults.newGroups, `Most groups made in any ${windowHours} hours.`),
  ruleChange: orElse(Schema.Literal("hold", "apply"), "hold", "What only a changed config causes is held, or applied. Default: hold.")
})

const Refresh = Schema.Struct({
  counts: orElse(DurationText, Duration.hours(6), "How old the target's group counts may be. Default: 6h."),
  full: orElse(DurationText, Duration.days(30), "How old the target's member lists may be; read in slices. Default: 30d.")
})

const allDefaults = <A, I>(schema: Schema.Schema<A, I>, empty: I): A => Schema.decodeSync(schema)(empty)

const Times = {
  maxWait: orElse(DurationText, Duration.minutes(15), "The longest wait for the vendor's allowance before a run hands back. Default: 15m."),
  schedule: maybe(ScheduleText, 'When serve runs this sync: five fields of cron such as "7 * * * *", or @hourly, @daily, @weekly, @monthly, @yearly.'),
  timezone: maybe(Timezone, "Time zone of schedule and of the dates in exceptions, such as Europe/Prague. Default: the machine's.")
}

export const Sync = Schema.Struct({
  from: oneOrMore(Filled).annotations({
    description: "The connection that is read, or a list of them."
  }),
  to: Filled.annotations({ description: "The connection whose groups are kept true." }),
  rules: filledList(Rule, "holds no rule; without one nothing is synced").annotations({
    description: "Which source groups become which target groups. The first rule that matches a source group wins."
  }),
  match: orElse(
    filledList(MatchItem, "says no way to match; the usual is [email]"),
    ["email"],
    "How customers are recognised at the target, in this order. Default: [email]."
  ),
  removals: orElse(
    Schema.Literal("never", "ours", "all"),
    "ours",
    "What may be removed. ours: what we added or adopted; all: whatever the source does not say, in mapped groups. Default: ours."
  ),
  adopt: orElse(Adopt, allDefaults(Adopt, {}), "What becomes of groups and memberships that were there before us."),
  drift: orElse(Schema.Literal("ask", "restore", "accept"), "ask", "What was taken out by hand at the target is held (ask), put back, or left. Default: ask."),
  grace: orElse(Grace, allDefaults(Grace, {}), "How long something must be absent before it is removed."),
  guards: orElse(Guards, allDefaults(Guards, {}), "Limits: what goes beyond one is held until a person decides."),
  exceptions: maybe(Filled, "CSV file: email, group, always or never, until, reason, by. Outranks every rule. Relative to the config file."),
  emptyGroups: orElse(Schema.Literal("skip", "create"), "skip", "Whether groups are made before a customer belongs in them. Default: skip."),
  deleteEmptyGroups: orElse(Schema.Boolean, false, "Whether groups that we made are deleted once they are empty. Default: false."),
  refresh: orElse(Refresh, allDefaults(Refresh, {}), "How often the target is looked at."),
  fullRead: orElse(
    DurationText,
    Duration.hours(24),
    "How often all is read of sources that tell what changed, such as Zendesk; runs between read the changes. 0s: every run reads all. Default: 24h."
  ),
  planMaxAge: orElse(DurationText, Duration.days(7), "How old a saved plan may be when its applying starts. Default: 7d."),
  ...Times
})

/** What is left of a sync whose rules are not right. */
export const SyncRest = Schema.Struct({ ...Sync.fields, rules: orElse(Schema.Array(Rule), [], "Those that decode.") })

const TeamGuards = Schema.Struct({
  invites: limit(whole(0), teamDefaults.invites, `Most invitations in any ${windowHours} hours: mails to real people.`),
  roleRaise: limit(whole(0), teamDefaults.roleRaise, `Most changes in any ${windowHours} hours to a role that may do more.`),
  removals: limit(whole(0), teamDefaults.removals, `Most removals in any ${windowHours} hours.`)
})

const Team = Schema.Struct({
  roles: Schema.Record({ key: Schema.String, value: Filled })
    .pipe(Schema.filter((roles) => Object.keys(roles).length > 0 || "names no role; without one nothing is synced", { jsonSchema: { minProperties: 1 } }))
    .annotations({
      description: "Source role: target role. The first that a person has counts, without regard to case; who has none is left alone."
    }),
  remove: orElse(
    Schema.Literal("never", "ours"),
    "never",
    "Who may be removed once they work at the source no more. ours: those that we invited. Default: never."
  ),
  guards: orElse(TeamGuards, allDefaults(TeamGuards, {}), "Limits: what goes beyond one is held until a person decides.")
})

/** A sync of staff. */
export const Staff = Schema.Struct({
  from: Sync.fields.from,
  to: Filled.annotations({ description: "The connection whose team is kept true." }),
  team: Team.annotations({ description: "The target's team members instead of its customer groups." }),
  ...Times
})

const Backup = Schema.Struct({
  dir: orElse(Filled, ".groupbridge/backup", "Folder, relative to the config file. Default: .groupbridge/backup."),
  keep: orElse(whole(1), 30, "How many copies are kept. Default: 30."),
  maxSize: orElse(SizeText, 5e9, "How large all copies together may be, such as 500MB or 5GB. The newest is kept whatever its size. Default: 5GB.")
})

const Serve = Schema.Struct({
  missed: orElse(
    Schema.Literal("once", "skip"),
    "once",
    "Turns that were missed, because serve was not running, the machine slept or its clock was set forward: once: one run makes up for them; skip: they are left out. Default: once."
  ),
  jitter: orElse(
    DurationText,
    Duration.zero,
    "The longest random delay of a turn, so that many installations do not call a vendor at the same second. Default: 0s."
  ),
  listen: maybe(ListenText, "Address of the page, of /metrics, /healthz and /readyz: 127.0.0.1:8080, [::1]:8080. Default: none."),
  token: maybe(
    Schema.String.pipe(Schema.minLength(16, { message: () => "is too short to be safe; 16 characters at least, such as `openssl rand -hex 24` prints" })),
    "Opens the page and lets its reader approve and reject; needed where listen is not an address of this machine alone. Write ${NAME}."
  ),
  hosts: orElse(
    Schema.Array(Filled),
    [],
    "Further names by which the page is reached, with a port where there is one: bridge.example.com, ops1:8080. Default: none."
  )
}).pipe(
  Schema.filter(
    ({ listen, token }) =>
      listen === undefined ||
      isLoopback(listen.host) ||
      token !== undefined || {
        path: ["listen"],
        message: `${listen.host} can be reached from other machines, so token: is needed: token: \${GROUPBRIDGE_TOKEN}`
      },
    { jsonSchema: {} }
  )
)

const filledRecord = (what: string) =>
  Schema.Record({ key: Schema.String, value: Schema.Unknown }).pipe(
    Schema.filter((record) => Object.keys(record).length > 0 || `holds no ${what}`, {
      jsonSchema: { minProperties: 1 }
    })
  )

/** A database's URL, with or without slashes after its scheme; a drive's letter is none. */
const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /^(?:postgres|postgresql|mysql|sqlite|file|https?|s3):/i.test(text)

const StatePath = Filled.pipe(
  Schema.filter((text) => !isUrl(text.trim()) || "is a URL, and remote state is not supported in this version; name a file, such as .groupbridge/state.db", {
    jsonSchema: { not: { pattern: "://" } }
  })
)

/** The file but for what stands in `connections` and `syncs`, which are decoded one by one. */
export const File = Schema.Struct({
  connectors: orElse(Schema.Array(Filled), [], "Files that describe connectors, relative to this file: ./acme.yaml. Default: none."),
  connections: filledRecord("connection").annotations({
    description: "Configured vendors by name: credentials and options."
  }),
  syncs: filledRecord("sync").annotations({ description: "What is kept true, by name." }),
  state: orElse(StatePath, ".groupbridge/state.db", "The state file, relative to the config file. Default: .groupbridge/state.db."),
  backup: orElse(Backup, allDefaults(Backup, {}), "Copies of the state file, made after runs that wrote."),
  keep: orElse(DurationText, Duration.days(400), "How long runs and their journal are kept. Default: 400d."),
  remind: orElse(DurationText, Duration.days(7), "How often what still waits or still fails is reported again by sync --quiet and serve. Default: 7d."),
  serve: orElse(Serve, allDefaults(Serve, {}), "How serve keeps the schedules."),
  notify: orElse(Schema.Array(Hook), [], "Where it is reported that something needs a person, and that it is over. Default: nowhere."),
  heartbeat: maybe(HookUrl, "Called once after each turn in which every sync that was due read all its sources and could write.")
})
