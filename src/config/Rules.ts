/** The rules of a sync: as the engine sees them, and what no Schema of a single rule can tell. */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { RuleConfig } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import type { Node } from "./Document.ts"
import * as Meaning from "./Meaning.ts"
import { Rule } from "./Shape.ts"
import { ConditionText, toCondition } from "./Values.ts"

/** `index` counts from 1. */
export const build = (rule: typeof Rule.Type, index: number, node: Node): RuleConfig => ({
  index,
  place: node.place,
  kind: rule.kind,
  of: rule.of === "organizations" ? "organization" : "customer",
  include: rule.include,
  exclude: rule.exclude,
  where: Object.entries(rule.where).map(([field, value]) => toCondition(field, value)),
  name: rule.name ?? null,
  slug: rule.slug ?? null,
  description: rule.description ?? null,
  externalId: rule.externalId ?? null,
  customFields: rule.customFields,
  into: rule.into ?? null,
  previously: rule.previously
})

const isNumber = Schema.is(Schema.Number)
const isCondition = Schema.is(ConditionText)

const checkOne = (node: Node, report: Report): void => {
  const { children } = node
  const [name, of, kind] = [children.get("name"), children.get("of"), children.get("kind")]
  if (children.has("into") && name !== undefined) report(name.key, '"name" and "into" exclude each other; "into" is the name already')
  if (of?.value === "organizations" && (kind?.value === "organization" || kind?.value === "segment")) {
    report(of.place, `"of: organizations" goes with kind tag or label; a rule of kind ${kind.value} always takes customers`)
  }
  const members = children.get("where")?.children.get("members")
  if (members === undefined || members.broken || !isCondition(members.value)) return
  if (!isNumber(toCondition("members", members.value).value)) {
    report(members.place, 'members is a size; write a number or a comparison such as ">= 3"')
  }
}

/** Reports contradictions inside rules, and rules that say what an earlier one says. */
export const check = (node: Node | undefined, report: Report): void => {
  const said = new Map<string, Node>()
  for (const [key, child] of node?.children ?? []) {
    checkOne(child, report)
    const decoded = Schema.decodeUnknownEither(Rule)(child.value)
    if (Either.isLeft(decoded)) continue
    const line = Meaning.rule(build(decoded.right, Number(key) + 1, child))
    const before = said.get(line)
    if (before === undefined) said.set(line, child)
    else report(child.place, `this rule is the same as the one in line ${before.place.line}; the first one wins, so take this one out`)
  }
}
