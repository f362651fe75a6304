/** Reads who works at a source, and who is in a team or invited to it: each list to the vendor's own sign of its end. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { ListPage } from "../contract/Target.ts"
import type { Agent, AgentsDeclaration, TeamTarget } from "../contract/Team.ts"
import * as EndlessList from "../read/EndlessList.ts"
import type { TeamSeen } from "./Question.ts"
import type { AgentsRead } from "./Wishes.ts"

/** A list as shown. `doubt`: why something may be lacking, in words; null: it is whole. */
export interface Listed<A> {
  readonly items: ReadonlyArray<A>
  readonly doubt: string | null
}

type OnRows = (rows: number) => Effect.Effect<void>

/** One walk. A page in which nothing is new goes in a circle; a total that changes under the walk says that rows may have slipped. */
const walk = <A>(pages: Stream.Stream<ListPage<A>, ConnectorError>, idOf: (item: A) => string, onRows: OnRows): Effect.Effect<Listed<A>, ConnectorError> =>
  Effect.suspend(() => {
    const found = new Map<string, A>()
    let [ended, circle, steady] = [false, false, true]
    let total: number | null = null
    return EndlessList.bounded(pages).pipe(
      Stream.takeUntil((page) => {
        const before = found.size
        for (const item of page.items) found.set(idOf(item), item)
        circle = page.items.length > 0 && found.size === before
        steady &&= total === null || page.total === null || page.total === total
        total = page.total ?? total
        ended = page.end
        return ended || circle
      }),
      Stream.runForEach(() => onRows(found.size)),
      Effect.map(() => {
        const items = [...found.values()]
        if (circle && !ended) return { items, doubt: "its paging went in a circle" }
        if (!ended) return { items, doubt: `it stopped after ${items.length} without the end that it should have` }
        if (!steady) return { items, doubt: "its total changed while it was read" }
        return { items, doubt: total !== null && total !== items.length ? `it showed ${items.length} and counts ${total}` : null }
      })
    )
  })

/** What one reading lacks may only have moved; a list that is not whole is read once more. */
const twice = <A>(pages: Stream.Stream<ListPage<A>, ConnectorError>, idOf: (item: A) => string, onRows: OnRows): Effect.Effect<Listed<A>, ConnectorError> =>
  Effect.flatMap(walk(pages, idOf, onRows), (first) => (first.doubt === null ? Effect.succeed(first) : walk(pages, idOf, onRows)))

/** Both readings together where rows can slip: who is in either is there. */
const united = <A>(first: Listed<A>, second: Listed<A>, idOf: (item: A) => string): Listed<A> => ({
  items: [...new Map([...first.items, ...second.items].map((item) => [idOf(item), item])).values()],
  doubt: first.doubt ?? second.doubt
})

export interface AgentsRows extends AgentsRead {
  readonly at: number
}

/**
 * `expected`: ids of agents that were seen before, who must be lacking in two whole readings where paging can lose rows. `distrust`: why the
 * list may lack rows, known beforehand. A list that shows nobody at all is not believed: somebody must have made the credential.
 */
export const agents = (
  connection: string,
  { declaration, pages }: { readonly declaration: AgentsDeclaration; readonly pages: Stream.Stream<ListPage<Agent>, ConnectorError> },
  options: { readonly expected: ReadonlyArray<string>; readonly distrust: string | null; readonly onRows: OnRows }
): Effect.Effect<AgentsRows, ConnectorError> =>
  Effect.gen(function* () {
    const idOf = (agent: Agent): string => agent.id
    const first = yield* twice(pages, idOf, options.onRows)
    const there = new Set(first.items.map(idOf))
    const lacks = first.doubt === null && declaration.canLoseRows && options.expected.some((id) => !there.has(id))
    const whole = lacks ? united(first, yield* walk(pages, idOf, options.onRows), idOf) : first
    const doubt = options.distrust ?? (whole.doubt === null ? null : `who works there is not read whole: ${whole.doubt}`)
    return {
      connection,
      agents: whole.items,
      doubt: doubt ?? (whole.items.length === 0 ? "it shows nobody who works there, and somebody must" : null),
      at: yield* Clock.currentTimeMillis
    }
  })

/** Whether the vendor will not show the list, rather than not now. */
const isRefused = ({ reason, retryable }: ConnectorError): boolean => !retryable && reason !== "Unauthorized"

/** Members as seen, with what nobody may conclude from them. */
export interface TeamRead extends TeamSeen {
  /** Why members may be lacking; null: the list is whole. */
  readonly doubt: string | null
}

/** Invitations first: who answers one in between is then among the members. */
export const team = (api: TeamTarget, onRows: (what: string, rows: number) => Effect.Effect<void>): Effect.Effect<TeamRead, ConnectorError> =>
  Effect.gen(function* () {
    const invites = yield* twice(
      api.invites,
      ({ email, role }) => `${email} ${role}`,
      (rows) => onRows("invitations", rows)
    ).pipe(Effect.catchIf(isRefused, ({ detail }) => Effect.succeed({ items: null, doubt: detail })))
    const members = yield* twice(
      api.members,
      ({ id }) => id,
      (rows) => onRows("team members", rows)
    )
    return { members: members.items, doubt: members.doubt, invites: invites.doubt === null ? invites.items : null, unseen: invites.doubt }
  })
