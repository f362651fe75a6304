/** A Medusa server on PostgreSQL, with a secret key of its first administrator. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Kit from "./Kit.ts"
import { call, type Shop, sorted } from "./Shop.ts"

const settings = `const { defineConfig } = require("@medusajs/framework/utils")
module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: { storeCors: "http://127.0.0.1", adminCors: "http://127.0.0.1", authCors: "http://127.0.0.1", jwtSecret: "for a test", cookieSecret: "for a test" }
  }
})
`
const [email, password] = ["admin@example.com", "supersecret"]

export const open = async (database: string): Promise<Shop> => {
  const folder = await Kit.installed("medusa")
  writeFileSync(join(folder, "medusa-config.js"), settings)
  mkdirSync(join(folder, "src"), { recursive: true })
  const cli = join(folder, "node_modules", "@medusajs", "cli", "cli.js")
  const port = await Kit.freePort()
  const baseUrl = `http://127.0.0.1:${port}`
  const { PORT: _, ...inherited } = process.env
  const env = { ...inherited, NODE_ENV: "production", MEDUSA_DISABLE_TELEMETRY: "true", LOG_LEVEL: "error", DATABASE_URL: database }
  // Without the links a user cannot be made.
  await Kit.run(process.execPath, [cli, "db:migrate", "--execute-all-links", "--execute-all-search"], { cwd: folder, env })
  await Kit.run(process.execPath, [cli, "user", "-e", email, "-p", password], { cwd: folder, env })
  const begin = () => Kit.start(process.execPath, [cli, "start", "-H", "127.0.0.1", "-p", String(port)], { cwd: folder, env })
  let server = begin()
  let token = ""
  const ask = async (path: string, body?: unknown) => (await call(baseUrl + path, token === "" ? {} : { authorization: `Bearer ${token}` }, body)).json
  const login = async () => {
    token = ""
    token = (await ask("/auth/user/emailpass", { email, password })).token
  }
  await Kit.reached(server, login)
  const secretKey: string = (await ask("/admin/api-keys", { title: "groupbridge", type: "secret" })).api_key.token
  const groups = async (): Promise<ReadonlyArray<{ readonly id: string; readonly name: string }>> =>
    (await ask("/admin/customer-groups?limit=1000")).customer_groups
  return {
    connector: "medusa",
    // A customer that an administrator makes has no account.
    options: { baseUrl, secretKey, customers: "all" },
    wrong: { secretKey: `sk_${"0".repeat(64)}` },
    truth: async () => {
      const found = new Map<string, ReadonlyArray<string>>()
      for (const { id, name } of await groups())
        found.set(
          name,
          (await ask(`/admin/customers?groups=${id}&limit=5000&fields=email`)).customers.map((customer: { readonly email: string }) => customer.email)
        )
      return sorted(found)
    },
    addCustomers: async (emails) => {
      for (let from = 0; from < emails.length; from += 4) await Promise.all(emails.slice(from, from + 4).map((one) => ask("/admin/customers", { email: one })))
    },
    put: async (group, who, inside) => {
      const id = (await groups()).find(({ name }) => name === group)?.id
      const [customer] = (await ask(`/admin/customers?email=${encodeURIComponent(who)}`)).customers
      await ask(`/admin/customer-groups/${id}/customers`, { [inside ? "add" : "remove"]: [customer.id] })
    },
    kill: () => server.kill(),
    restart: async () => {
      server = begin()
      await Kit.reached(server, login)
    },
    stop: () => server.stop()
  }
}
