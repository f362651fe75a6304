/** Who we are at a vendor: the account that a credential opens, and what it may do there. */
export interface Identity {
  /** Names the account for good, whatever token is used: `acme.zendesk.com`, `www.cstar.help team_1`. */
  readonly account: string
  /** For people: "acme". */
  readonly label: string
  /** Whom the credential belongs to, as far as the vendor tells: an e-mail, or the last four of a key. Null if unknown. */
  readonly actor: string | null
  /** The vendor's word for what the actor may see and do: "admin", "secret key". Another role may see fewer rows. */
  readonly role: string | null
  /** Rights that a sync needs and this credential lacks, each a sentence with its remedy. Empty: none that we can see. */
  readonly missing: ReadonlyArray<string>
  /** What the vendor tells of the allowance: calls left until when. */
  readonly allowance: { readonly limit: number; readonly remaining: number; readonly resetAt: number | null } | null
}
