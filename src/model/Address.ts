/**
 * E-mail addresses as they are compared. No provider's habits (dots, plus signs) are known here: `a.b@x.io` and `ab@x.io` are two.
 *
 * What is before the `@` is the mailbox provider's to fold: only of the letters A to Z is it safe to say that case does not matter. Addresses
 * that differ in the case, or in the composition, of other letters may be two people's or one's, so nothing is done about them unasked.
 */
import { domainToASCII } from "node:url"

/** The two halves, the domain in its ASCII form; null for what is no address. */
const halves = (email: string | null): { readonly local: string; readonly domain: string } | null => {
  if (email === null) return null
  const text = email.trim()
  const at = text.lastIndexOf("@")
  if (at < 1 || at === text.length - 1) return null
  const domain = text
    .slice(at + 1)
    .toLowerCase()
    .normalize("NFC")
  return { local: text.slice(0, at), domain: domainToASCII(domain) || domain }
}

/** The form by which addresses are stored and looked up: all that may be the same have the same one. Null for what is no address. */
export const normalise = (email: string | null): string | null => {
  const found = halves(email)
  return found === null ? null : `${found.local.toLowerCase().normalize("NFC")}@${found.domain}`
}

/** The form in which two addresses are surely the same person's: surrounding space and the case of A to Z folded. Null for what is no address. */
export const exact = (email: string | null): string | null => {
  const found = halves(email)
  return found === null ? null : `${found.local.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())}@${found.domain}`
}

export const isSame = (one: string | null, two: string | null): boolean => {
  const form = exact(one)
  return form !== null && form === exact(two)
}
