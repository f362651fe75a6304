// A Vendure server without plugins on 127.0.0.1, from the packages in FOLDER; PORT and DATABASE_URL as usual. Groups have a custom field for our mark.
import { createRequire } from "node:module"
import { join } from "node:path"

const { DATABASE_URL, FOLDER, PORT } = process.env
process.env.VENDURE_DISABLE_TELEMETRY = "true"
const { bootstrap, DefaultLogger, LogLevel } = createRequire(join(FOLDER, "package.json"))("@vendure/core")

await bootstrap({
  apiOptions: { port: Number(PORT), hostname: "127.0.0.1", adminApiPath: "admin-api", shopApiPath: "shop-api" },
  authOptions: { tokenMethod: ["bearer", "api-key"], superadminCredentials: { identifier: "superadmin", password: "superadmin" }, requireVerification: false },
  dbConnectionOptions: { type: "postgres", url: DATABASE_URL, synchronize: true, logging: false },
  paymentOptions: { paymentMethodHandlers: [] },
  customFields: { CustomerGroup: [{ name: "groupbridge", type: "text", nullable: true }] },
  logger: new DefaultLogger({ level: LogLevel.Error, timestamp: false }),
  plugins: []
})
