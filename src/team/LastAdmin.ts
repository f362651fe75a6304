/** One who may do everything always stays: the last of them is neither lowered nor removed. Pure. */
import type { TeamDeclaration, TeamMember } from "../contract/Team.ts"
import type { Proposal } from "./Staff.ts"

/** Whether the change takes the role from one of its holders. */
export const takes = ({ op, was }: Pick<Proposal, "op" | "was">, { admin }: Pick<TeamDeclaration, "admin">): boolean => op !== "member.invite" && was === admin

/**
 * The changes without those that would leave no holder of the role. The owner does not count, nor does one who only would get the role: that may fail.
 * Where all holders would go none of them does, for which of them should stay is not ours to choose.
 */
export const spare = (
  proposals: ReadonlyArray<Proposal>,
  members: ReadonlyArray<TeamMember>,
  declaration: TeamDeclaration
): { readonly proposals: ReadonlyArray<Proposal>; readonly spared: ReadonlyArray<Proposal> } => {
  const going = proposals.filter((proposal) => takes(proposal, declaration))
  const holders = members.filter(({ role }) => role === declaration.admin).length
  if (going.length === 0 || holders > going.length) return { proposals, spared: [] }
  return { proposals: proposals.filter((proposal) => !going.includes(proposal)), spared: going }
}
