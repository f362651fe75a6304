/** E-mail addresses as they are compared. */
import { domainToASCII } from "node:url"

/**
 * The form in which two addresses are the same person's: surrounding space and case folded, an international domain in its ASCII form.
 * No provider's habits (dots, plus signs) are known here: `a.b@x.io` and `ab@x.io` are two. Null for what is no address.
 */
export const normalise = (email: string | null): string | null => {
  if (email === null) return null
  const text = email.trim().toLowerCase().normalize("NFC")
  const at = text.lastIndexOf("@")
  if (at < 1 || at === text.length - 1) return null
  const domain = text.slice(at + 1)
  return `${text.slice(0, at)}@${domainToASCII(domain) || domain}`
}
