/** Answers that a vendor's sandbox is made to give. */
import type { Fault, SandboxRequest } from "../../src/sandbox/Sandbox.ts"

export const json = (status: number, body: unknown): Fault => ({
  _tag: "Answer",
  response: { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
})

/** How Zendesk refuses one list to a credential that may read others. */
export const forbidden = json(403, { error: { title: "Forbidden", message: "Access to this resource is restricted" } })

export const offline: Fault = { _tag: "Answer", response: { status: 503, headers: {}, body: "" } }

export const to = (path: string) => (request: SandboxRequest) => request.path.endsWith(path)
