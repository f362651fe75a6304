/** Who works in the sandbox's cStar team, and who was invited to. */
import type { TeamEdits } from "../../src/sandbox/Sandbox.ts"

export interface StaffMember {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: string
  readonly joinedAt: number
}

/** Every invitation that was ever sent stays, and an address may have several: each was a mail. */
export interface Invite {
  readonly id: string
  readonly email: string
  readonly role: string
  readonly status: "pending" | "accepted" | "expired" | "revoked"
  readonly createdAt: number
}

export interface Staff {
  /** By id, which is not the order of joining. */
  readonly members: () => ReadonlyArray<StaffMember>
  readonly member: (id: string) => StaffMember | undefined
  readonly put: (member: StaffMember) => void
  readonly remove: (id: string) => boolean
  /** In the order of sending. */
  readonly invites: () => ReadonlyArray<Invite>
  readonly invite: (email: string, role: string, at: number) => Invite
  readonly edits: TeamEdits
}

// Multiplying by an odd number is one-to-one, so that ids differ and are not in the order of making.
const scrambled = (number: number): string => (Math.imul(number, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")

export const make = (now: () => number): Staff => {
  const members = new Map<string, StaffMember>()
  const invites: Array<Invite> = []
  let made = 0

  const join = (member: Pick<StaffMember, "email" | "name" | "role">): string => {
    const id = `mem_${scrambled(++made)}`
    members.set(id, { ...member, id, joinedAt: now() })
    return id
  }
  const invite: Staff["invite"] = (email, role, at) => {
    const sent: Invite = { id: `inv_${scrambled(++made)}`, email, role, status: "pending", createdAt: at }
    invites.push(sent)
    return sent
  }
  const known = (id: string): StaffMember => {
    const member = members.get(id)
    if (member === undefined) throw new Error(`the cStar sandbox has no team member ${id}`)
    return member
  }
  const edits: TeamEdits = {
    members: () => [...members.values()].map(({ email, id, name, role }) => ({ id, email, name, role })),
    invites: () => invites.map(({ email, role, status }) => ({ email, role, status })),
    addMember: join,
    changeRole: (id, role) => void members.set(id, { ...known(id), role }),
    removeMember: (id) => void members.delete(id),
    invite: (email, role) => void invite(email, role, now()),
    settleInvite: (email, status) => {
      const place = invites.findLastIndex((row) => row.email.toLowerCase() === email.toLowerCase() && row.status === "pending")
      const row = invites[place]
      if (row === undefined) throw new Error(`the cStar sandbox has no pending invitation of ${email}`)
      invites[place] = { ...row, status }
      if (status === "accepted") join({ email: row.email, name: row.email.replace(/@.*/, ""), role: row.role })
    }
  }
  return {
    members: () => [...members.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    member: (id) => members.get(id),
    put: (member) => void members.set(member.id, member),
    remove: (id) => members.delete(id),
    invites: () => invites,
    invite,
    edits
  }
}
