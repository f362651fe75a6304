/** Writes docs/first-sync.md from what the built demo prints. */
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as FirstSync from "./FirstSync.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const { status, stdout } = spawnSync(process.execPath, ["dist/main.js", "demo"], { cwd: root, env: { ...process.env, TZ: "UTC" }, encoding: "utf8" })
if (status !== 0) throw new Error(`the demo ended with ${String(status)}`)
writeFileSync(new URL("../docs/first-sync.md", import.meta.url), FirstSync.document(stdout))
