/** What an error means for a run: the words for a person, and the kind that the exit code follows. */
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { RunFailure } from "../model/Result.ts"
import type { PlanFileError } from "../plan/PlanFile.ts"

export type RunError = ConnectorError | StateError | PlanFileError

const remedies: Readonly<Record<ConnectorError["reason"], string>> = {
  Misconfigured: "Correct it in the config file, or where the config file takes it from.",
  Unauthorized: "The credential is refused. Put a working one where the config file names it. Until then nothing is added or removed.",
  NotAllowed: "The credential may not do this. Give it the right, or use another one.",
  NotFound: "Check the address and the ids in the config file.",
  Invalid: "Check the options of this connection in the config file.",
  RateLimited: "Nothing is lost: the next run goes on when calls are possible again.",
  Unavailable: "Nothing is lost: the next run goes on where this one stopped.",
  Malformed: "This makes no sense to us, so nothing is concluded from it. If it stays, correct the file, or check baseUrl and a proxy in between, or report it."
}

const kinds: Readonly<Record<ConnectorError["reason"], RunFailure["kind"]>> = {
  Misconfigured: "config",
  Unauthorized: "credential",
  NotAllowed: "credential",
  NotFound: "vendor",
  Invalid: "vendor",
  RateLimited: "unavailable",
  Unavailable: "unavailable",
  Malformed: "vendor"
}

const ofConnector = (error: ConnectorError): RunFailure => {
  const kind = kinds[error.reason]
  const { connection } = error
  return {
    kind,
    message: `${connection}: ${error.detail} (${error.call}${error.status === null ? "" : `, ${error.status}`}). ${remedies[error.reason]}`,
    connection
  }
}

export const of = (error: RunError): RunFailure => {
  switch (error._tag) {
    case "ConnectorError":
      return ofConnector(error)
    case "StateError":
      return { kind: error.reason === "Locked" || error.reason === "Superseded" ? "locked" : "state", message: error.message }
    case "PlanFileError":
      return { kind: "config", message: error.message }
  }
}

/** A failure that we found ourselves; `connection`: the one that it is about. */
export const make = (kind: RunFailure["kind"], message: string, connection?: string): RunFailure => ({
  kind,
  message,
  ...(connection === undefined ? {} : { connection })
})
