/** A real shop for the tests: its connection, and what a person sees and does through its own API. */

export interface Shop {
  readonly connector: string
  /** Options of a connection as in the config file. */
  readonly options: Readonly<Record<string, string>>
  /** An option that holds a credential which the shop refuses. */
  readonly wrong: Readonly<Record<string, string>>
  /** Addresses by group, both sorted, as the vendor's own API shows. */
  readonly truth: () => Promise<Readonly<Record<string, ReadonlyArray<string>>>>
  readonly addCustomers: (emails: ReadonlyArray<string>) => Promise<void>
  /** Puts a customer into a group, or takes them out, by hand. */
  readonly put: (group: string, email: string, inside: boolean) => Promise<void>
  readonly kill: () => Promise<void>
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

// oxlint-disable-next-line typescript/no-explicit-any -- what a vendor answers is looked into as it comes
export type Json = any

/** One call of JSON; fails on any status but 2xx. */
export const call = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown
): Promise<{ readonly json: Json; readonly headers: Headers }> => {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`)
  return { json: text === "OK" ? null : JSON.parse(text), headers: response.headers }
}

export const sorted = (groups: ReadonlyMap<string, ReadonlyArray<string>>): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries([...groups].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([name, emails]) => [name, emails.toSorted()]))
