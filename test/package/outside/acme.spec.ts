import { conformance } from "groupbridge/testing"
import { connector } from "./AcmeConnector.ts"
import { make } from "./AcmeSandbox.ts"

await conformance({ connector, make })
