/** What Vendure's Admin API is asked for, and what it answers (GraphQL; vendor docs and a server of version 3.7.3, read 2026-12). */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Member } from "../../src/contract/Target.ts"
import * as Wire from "../../src/http/Wire.ts"
import type { TargetCustomer } from "../../src/model/Customer.ts"
import type { GroupMark, TargetGroup } from "../../src/model/Group.ts"

/** Rows a page: a shop may allow fewer than Vendure's usual 1,000. */
export const pageSize = 100

/** Without an order a list moves when a row of it is changed. */
const page = "take:$take,skip:$skip,sort:{id:ASC}"
const person = "id emailAddress firstName lastName"
const listed = (fields: string) => `{totalItems items{${fields}}}`
const groupFields = (markField: string | null) =>
  `id name createdAt customers(options:{take:0}){totalItems}${markField === null ? "" : ` customFields{${markField}}`}`
/** Who of some customers is in the group, as a write or a look shows it. */
const those = `customers(options:{take:$take,filter:{id:{in:$those}}})${listed("id")}`

export const groups = (markField: string | null) => `query($take:Int!,$skip:Int!){customerGroups(options:{${page}})${listed(groupFields(markField))}}`
export const group = (markField: string | null) => `query($id:ID!){customerGroup(id:$id){${groupFields(markField)}}}`
export const members = `query($id:ID!,$take:Int!,$skip:Int!){customerGroup(id:$id){id customers(options:{${page}})${listed(person)}}}`
export const membersAmong = `query($id:ID!,$take:Int!,$those:[String!]!){customerGroup(id:$id){id ${those}}}`
export const customers = `query($take:Int!,$skip:Int!){customers(options:{${page}})${listed(person)}}`
export const customersLike = `query($take:Int!,$skip:Int!,$address:String!){customers(options:{${page},filter:{emailAddress:{contains:$address}}})${listed(person)}}`
export const customer = `query($id:ID!){customer(id:$id){${person}}}`
export const create = (markField: string | null) => `mutation($input:CreateCustomerGroupInput!){createCustomerGroup(input:$input){${groupFields(markField)}}}`
export const update = (markField: string | null) => `mutation($input:UpdateCustomerGroupInput!){updateCustomerGroup(input:$input){${groupFields(markField)}}}`
export const remove = "mutation($id:ID!){deleteCustomerGroup(id:$id){result message}}"
const change = (name: string) =>
  `mutation($id:ID!,$customers:[ID!]!,$take:Int!,$those:[String!]!){${name}(customerGroupId:$id,customerIds:$customers){id ${those}}}`
export const addMembers = change("addCustomersToGroup")
export const removeMembers = change("removeCustomersFromGroup")

const list = <A, I>(row: Schema.Schema<A, I>) => Schema.Struct({ totalItems: Schema.NonNegativeInt, items: Schema.Array(row) })
const data = <Fields extends Schema.Struct.Fields>(fields: Fields) => Schema.Struct({ data: Schema.Struct(fields) })

export const Group = Schema.Struct({
  id: Schema.NonEmptyString,
  name: Schema.String,
  createdAt: Wire.text,
  customers: Schema.Struct({ totalItems: Schema.NonNegativeInt }),
  customFields: Wire.fields
})
export type Group = typeof Group.Type

export const Person = Schema.Struct({ id: Schema.NonEmptyString, emailAddress: Schema.String, firstName: Wire.text, lastName: Wire.text })
const Id = Schema.Struct({ id: Schema.NonEmptyString })
const Those = Schema.Struct({ id: Schema.NonEmptyString, customers: list(Id) })

export const Groups = data({ customerGroups: list(Group) })
export const OneGroup = data({ customerGroup: Schema.NullOr(Group) })
export const Members = data({ customerGroup: Schema.NullOr(Schema.Struct({ id: Schema.NonEmptyString, customers: list(Person) })) })
export const MembersAmong = data({ customerGroup: Schema.NullOr(Those) })
export const Customers = data({ customers: list(Person) })
export const OneCustomer = data({ customer: Schema.NullOr(Person) })
export const Created = data({ createCustomerGroup: Group })
export const Updated = data({ updateCustomerGroup: Group })
export const Deleted = data({
  deleteCustomerGroup: Schema.Struct({ result: Schema.Literal("DELETED", "NOT_DELETED"), message: Wire.text })
})
export const Added = data({ addCustomersToGroup: Those })
export const Removed = data({ removeCustomersFromGroup: Those })
export const AnyGroup = data({ customerGroups: Schema.Struct({ totalItems: Schema.NonNegativeInt }) })
/** Who we are, by the least that proves the credential and the right to list. */
export const anyGroup = "query{customerGroups(options:{take:1}){totalItems}}"

const Maker = Schema.Struct({ state: Schema.String, sync: Schema.String, key: Schema.String })
const Writer = Schema.Struct({ run: Schema.NonNegativeInt, machine: Schema.String, at: Schema.Number })
const Mark = Schema.Struct({ ...Maker.fields, writer: Schema.optionalWith(Writer, { exact: true }) })
// A writer that cannot be read takes nothing from what the mark says of the group.
const decodeMark = Schema.decodeUnknownOption(Schema.parseJson(Schema.Union(Mark, Maker)))

/** The mark as the one line of text that a custom field holds. */
export const markText: (mark: GroupMark) => string = Schema.encodeSync(Schema.parseJson(Mark))

const instant = (text: string | null): number | undefined => {
  const millis = Date.parse(text ?? "")
  return Number.isNaN(millis) ? undefined : millis
}

export const toGroup =
  (markField: string | null) =>
  (group: Group): TargetGroup => ({
    id: group.id,
    name: group.name,
    slug: undefined,
    description: undefined,
    externalId: undefined,
    mark: markField === null ? undefined : Option.getOrUndefined(decodeMark(group.customFields[markField])),
    marksShown: markField !== null,
    count: group.customers.totalItems,
    createdAt: instant(group.createdAt)
  })

export const toCustomer = ({ emailAddress, firstName, id, lastName }: typeof Person.Type): TargetCustomer => ({
  id,
  email: emailAddress === "" ? null : emailAddress,
  externalId: null,
  name: [firstName, lastName].filter((part) => part !== null && part !== "").join(" ") || null
})

export const toMember = (person: typeof Person.Type): Member => ({ customer: toCustomer(person), joinedAt: null })
