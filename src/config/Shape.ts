/** The shape of the config file without its connections: every key once, with its meaning and its default. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ConditionText, Cron, DurationText, Filled, Glob, percent, PlainName, Template, Timezone, whole } from "./Values.ts"
import { Wanted } from "./Decode.ts"

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
    "For tags and labels: whom they are on. organizations: what an organization is tagged with, for all its members. Default: customers."
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

const Guards = Schema.Struct({
  removals: orElse(whole(0), 250, "Most removals of the sync in any 24 hours. Default: 250."),
  removalPercent: orElse(percent(100), 5, "Most removals as a share of what the sync could remove, from 20 rows on. Default: 5."),
  groupRemovalPercent: orElse(percent(100), 50, "Most removals from one group, from 10 members on. Default: 50."),
  emptiedGroups: orElse(whole(0), 3, "Most groups that lose their last member. Default: 3."),
  sourceShrink: orElse(percent(100), 5, "Percent fewer rows in a stream of the source than before. Default: 5."),
  additions: orElse(whole(0), 1000, "Most additions in any 24 hours. Default: 1000."),
  groupGrowthPercent: orElse(percent(Infinity), 100, "Most growth of one group, from 20 members on. Default: 100."),
  newGroups: orElse(whole(0), 50, "Most groups made in any 24 hours. Default: 50."),
  ruleChange: orElse(Schema.Literal("hold", "apply"), "hold", "What only a changed config causes is held, or applied. Default: hold.")
})

const Refresh = Schema.Struct({
  counts: orElse(DurationText, Duration.hours(6), "How old the target's group counts may be. Default: 6h."),
  full: orElse(DurationText, Duration.days(30), "How old the target's member lists may be; read in slices. Default: 30d.")
})

const defaults = <A, I>(schema: Schema.Schema<A, I>, empty: I): A => Schema.decodeSync(schema)(empty)

const Times = {
  maxWait: orElse(DurationText, Duration.minutes(15), "The longest wait for the vendor's allowance before a run hands back. Default: 15m."),
  schedule: maybe(Cron, 'When serve runs this sync: a cron expression such as "7 * * * *".'),
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
  adopt: orElse(Adopt, defaults(Adopt, {}), "What becomes of groups and memberships that were there before us."),
  drift: orElse(Schema.Literal("ask", "restore", "accept"), "ask", "What was taken out by hand at the target is held (ask), put back, or left. Default: ask."),
  grace: orElse(Grace, defaults(Grace, {}), "How long something must be absent before it is removed."),
  guards: orElse(Guards, defaults(Guards, {}), "Limits: what goes beyond one is held until somebody decides."),
  exceptions: maybe(Filled, "CSV file: email, group, always or never, until, reason, by. Outranks every rule. Relative to the config file."),
  emptyGroups: orElse(Schema.Literal("skip", "create"), "skip", "Whether groups are made before somebody belongs in them. Default: skip."),
  deleteEmptyGroups: orElse(Schema.Boolean, false, "Whether groups that we made are deleted once they are empty. Default: false."),
  refresh: orElse(Refresh, defaults(Refresh, {}), "How often the target is looked at."),
  fullRead: orElse(
    DurationText,
    Duration.hours(24),
    "How often all is read of sources that tell what changed, such as Zendesk; runs between read the changes. 0s: every run reads all. Default: 24h."
  ),
  planMaxAge: orElse(DurationText, Duration.days(7), "How old a saved plan may be when its applying starts. Default: 7d."),
  ...Times
})

const TeamGuards = Schema.Struct({
  invites: orElse(whole(0), 10, "Most invitations in any 24 hours: mails to real people. Default: 10."),
  roleRaise: orElse(whole(0), 0, "Most changes in any 24 hours to a role that may do more. Default: 0."),
  removals: orElse(whole(0), 3, "Most removals in any 24 hours. Default: 3.")
})

const Team = Schema.Struct({
  roles: Schema.Record({ key: Schema.String, value: Filled })
    .pipe(Schema.filter((roles) => Object.keys(roles).length > 0 || "names no role; without one nothing is synced", { jsonSchema: { minProperties: 1 } }))
    .annotations({
      description: "Source role: target role. The first that somebody has counts, without regard to case; who has none is left alone."
    }),
  remove: orElse(Schema.Literal("never", "ours"), "never", "Who may be removed once they work at the source no more. ours: whom we invited. Default: never."),
  guards: orElse(TeamGuards, defaults(TeamGuards, {}), "Limits: what goes beyond one is held until somebody decides.")
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
  keep: orElse(whole(1), 30, "How many copies are kept. Default: 30.")
})

const filledRecord = (what: string) =>
  Schema.Record({ key: Schema.String, value: Schema.Unknown }).pipe(
    Schema.filter((record) => Object.keys(record).length > 0 || `holds no ${what}`, {
      jsonSchema: { minProperties: 1 }
    })
  )

/** The file but for what stands in `connections` and `syncs`, which are decoded one by one. */
export const File = Schema.Struct({
  connections: filledRecord("connection").annotations({
    description: "Configured vendors by name: credentials and options."
  }),
  syncs: filledRecord("sync").annotations({ description: "What is kept true, by name." }),
  state: orElse(Filled, ".groupbridge/state.db", "The state file, relative to the config file. Default: .groupbridge/state.db."),
  backup: orElse(Backup, defaults(Backup, {}), "Copies of the state file, made after runs that wrote."),
  keep: orElse(DurationText, Duration.days(400), "How long runs and their journal are kept. Default: 400d."),
  notify: orElse(
    Schema.Array(Schema.Unknown).pipe(
      Schema.filter((hooks) => hooks.length === 0 || "messages (notify) are not supported yet in this version; leave the list empty", {
        jsonSchema: { maxItems: 0 }
      })
    ),
    [],
    "Not supported yet in this version: an empty list."
  )
})
