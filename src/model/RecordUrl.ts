/** Addresses of a vendor's own pages about its records, for people who want to see the record itself. */

/** By the vendor's word for the record ("user", "organization"): an address with `{id}` where the record's id goes. Words that are not there have no known page. */
export type RecordUrls = Readonly<Record<string, string>>

/** The page of one record. Null where none is known; only `http` and `https` are ever answered. */
export const of = (urls: RecordUrls, record: string, id: string): string | null => {
  const template = Object.hasOwn(urls, record) ? urls[record] : undefined
  return template === undefined || !/^https?:\/\//.test(template) ? null : template.replace("{id}", () => encodeURIComponent(id))
}
