/** Sources whose rows stand in three tables of ours: customers, groups of the kinds organization and tag, and memberships of customers. */
import type { SourceDeclaration, StreamDeclaration } from "../../src/contract/Source.ts"

const streams = <Read extends Omit<StreamDeclaration, "name" | "parts">>(read: Read) => ({
  customers: { ...read, name: "customers", parts: ["customers"] } as const satisfies StreamDeclaration,
  groups: {
    ...read,
    name: "groups",
    parts: [
      { groups: "organization", carrier: "customer" },
      { groups: "tag", carrier: "customer" }
    ]
  } as const satisfies StreamDeclaration,
  memberships: {
    ...read,
    name: "memberships",
    parts: [
      { memberships: "organization", carrier: "customer" },
      { memberships: "tag", carrier: "customer" }
    ]
  } as const satisfies StreamDeclaration
})

/** `read`: what proves that a table was read to its end. */
export const declare = <Read extends Omit<StreamDeclaration, "name" | "parts">>(read: Read) => {
  const { customers, groups, memberships } = streams(read)
  const declaration: SourceDeclaration = { streams: [customers, groups, memberships], customerWord: "customer", deletionsSeen: false, lookup: true }
  return { customers, groups, memberships, declaration }
}
