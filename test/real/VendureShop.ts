/** A Vendure server on PostgreSQL, with an API key of a role that may do no more than it needs. */
import { fileURLToPath } from "node:url"
import * as Kit from "./Kit.ts"
import { call, type Json, type Shop, sorted } from "./Shop.ts"

const permissions = ["ReadCustomer", "ReadCustomerGroup", "CreateCustomerGroup", "UpdateCustomerGroup", "DeleteCustomerGroup"]

export const open = async (database: string): Promise<Shop> => {
  const folder = await Kit.installed("vendure")
  const port = await Kit.freePort()
  const baseUrl = `http://127.0.0.1:${port}`
  const begin = () =>
    Kit.start(process.execPath, [fileURLToPath(new URL("vendure.mjs", import.meta.url))], {
      cwd: folder,
      env: { ...process.env, FOLDER: folder, PORT: String(port), DATABASE_URL: database }
    })
  let server = begin()
  let token = ""
  const ask = async (query: string, variables: object = {}) => {
    const { headers, json } = await call(`${baseUrl}/admin-api`, token === "" ? {} : { authorization: `Bearer ${token}` }, { query, variables })
    token = headers.get("vendure-auth-token") ?? token
    if (json.errors !== undefined) throw new Error(JSON.stringify(json.errors))
    return json.data
  }
  const login = 'mutation{login(username:"superadmin",password:"superadmin"){__typename}}'
  await Kit.reached(server, () => ask(login))
  const role = (
    await ask("mutation($i:CreateRoleInput!){createRole(input:$i){id}}", { i: { code: "groupbridge", description: "customer groups", permissions } })
  ).createRole.id
  const key = { roleIds: [role], translations: [{ languageCode: "en", name: "groupbridge" }] }
  const { apiKey } = (await ask("mutation($i:CreateApiKeyInput!){createApiKey(input:$i){apiKey}}", { i: key })).createApiKey
  const listed = async (field: string, rows: string, inside = "") => {
    const all: Array<Json> = []
    for (;;) {
      const query = `query($skip:Int!){${inside === "" ? "" : `${inside}{`}${field}(options:{take:500,skip:$skip,sort:{id:ASC}}){totalItems items{${rows}}}${inside === "" ? "" : "}"}}`
      const data = await ask(query, { skip: all.length })
      const { items, totalItems } = (inside === "" ? data : data.customerGroup)[field]
      all.push(...items)
      if (items.length === 0 || all.length >= totalItems) return all
    }
  }
  const idOf = async (what: string, field: string, value: string): Promise<string> => {
    const data = await ask(`query($v:String!){${what}(options:{filter:{${field}:{eq:$v}}}){items{id}}}`, { v: value })
    return data[what].items[0].id
  }
  return {
    connector: "vendure",
    options: { baseUrl, apiKey, markField: "groupbridge" },
    wrong: { apiKey: `${apiKey.split(":")[0]}:${"0".repeat(64)}` },
    truth: async () => {
      const groups = new Map<string, ReadonlyArray<string>>()
      for (const { id, name } of await listed("customerGroups", "id name"))
        groups.set(
          name,
          (await listed("customers", "emailAddress", `customerGroup(id:"${id}")`)).map(({ emailAddress }) => emailAddress)
        )
      return sorted(groups)
    },
    addCustomers: async (emails) => {
      for (let from = 0; from < emails.length; from += 20) {
        const calls = emails
          .slice(from, from + 20)
          .map((email, n) => `c${n}:createCustomer(input:{firstName:"C",lastName:"X",emailAddress:"${email}"}){__typename}`)
        await ask(`mutation{${calls.join(" ")}}`)
      }
    },
    put: async (group, email, inside) => {
      const [id, customer] = [await idOf("customerGroups", "name", group), await idOf("customers", "emailAddress", email)]
      const change = inside ? "addCustomersToGroup" : "removeCustomersFromGroup"
      await ask(`mutation($id:ID!,$c:[ID!]!){${change}(customerGroupId:$id,customerIds:$c){id}}`, { id, c: [customer] })
    },
    kill: () => server.kill(),
    restart: async () => {
      server = begin()
      await Kit.reached(server, () => ask(login))
    },
    stop: () => server.stop()
  }
}
