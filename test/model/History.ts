/** A random history: a world, a config, and what happens. All of it is data, so that parts of it can be left out. */
import type { Fault } from "./Weather.ts"
import type { Config, Exception } from "./World.ts"

export type Step =
  /* people at the helpdesk */
  | { readonly do: "tag" | "untag"; readonly person: string; readonly tag: string }
  | { readonly do: "rename tag"; readonly tag: string; readonly to: string }
  | { readonly do: "join" | "leave"; readonly person: string; readonly organization: string }
  | { readonly do: "delete" | "staff" | "suspend" | "unsuspend" | "no address" | "new address"; readonly person: string }
  | { readonly do: "take address" | "merge"; readonly person: string; readonly of: string }
  | { readonly do: "new person"; readonly person: string; readonly tag: string; readonly organization: string; readonly known: boolean }
  | { readonly do: "delete organization" | "rename organization"; readonly organization: string }
  /* deleted and made again, of the same name and with the same people */
  | { readonly do: "make organization again"; readonly organization: string; readonly as: string }
  /* people at the target; numbers choose among what is there */
  | { readonly do: "put in" | "take out"; readonly group: number; readonly customer: number }
  | { readonly do: "delete group" | "rename group"; readonly group: number }
  | { readonly do: "delete customer"; readonly customer: number; readonly again: boolean }
  /* the config */
  | { readonly do: "configure"; readonly change: Partial<Config> }
  /* exceptions.csv: a line is written or changed, or taken out; or the file loses all lines, and its header with them, and may be put back */
  | { readonly do: "except"; readonly exception: Exception }
  | { readonly do: "no exception"; readonly line: number }
  | { readonly do: "lose exceptions"; readonly header: boolean }
  | { readonly do: "put exceptions back" }
  /* names in the config: the account proves that the source is the same; of others a person says so, or takes the name back. `look`: a run comes first */
  | { readonly do: "rename source" }
  | { readonly do: "rename target" | "rename sync"; readonly look: boolean; readonly back: boolean }
  /* Groupbridge */
  | { readonly do: "wait"; readonly hours: number }
  | { readonly do: "sync"; readonly depth: "usual" | "counts" | "full"; readonly fault: Fault | null; readonly killAt: number | null }
  | { readonly do: "plan"; readonly fault: Fault | null }
  | { readonly do: "save plan" }
  | { readonly do: "apply"; readonly fault: Fault | null; readonly killAt: number | null }
  | { readonly do: "approve"; readonly part: number; readonly fault: Fault | null; readonly killAt: number | null }
  | { readonly do: "reject"; readonly part: number }
  | { readonly do: "pause"; readonly hours: number }
  | { readonly do: "resume" }
  /**
   * Another machine with a copy of the state that was made just now, or before: it runs. Where it wrote, the state that was copied is not the last writer,
   * until a person claims the target for it, or goes on with the other one.
   */
  | { readonly do: "copy state" }
  | { readonly do: "other machine"; readonly copied: "now" | "before"; readonly killAt: number | null; readonly ends: "claim" | "move" }
  /* taking back; numbers choose among runs that did something, and among those that are kept undone */
  | { readonly do: "undo"; readonly run: number; readonly fault: Fault | null; readonly killAt: number | null }
  | { readonly do: "release"; readonly run: number }

export interface Start {
  readonly people: ReadonlyArray<{ readonly id: string; readonly email: string | null; readonly suspended: boolean; readonly tags: ReadonlyArray<string> }>
  readonly organizations: ReadonlyArray<{ readonly id: string; readonly name: string; readonly members: ReadonlyArray<string> }>
  /** Addresses at the target; one that stands twice belongs to two customers there. */
  readonly known: ReadonlyArray<string>
  /** Groups that people made at the target before us: `purpose` null for one that nothing will ever map to. */
  readonly groups: ReadonlyArray<{ readonly name: string; readonly purpose: string | null; readonly members: ReadonlyArray<number> }>
  readonly pageSize: number
  /** How many groups and members an answer of the target holds at most. */
  readonly targetPage: number
  readonly showsMarks: boolean
  /** Members and counts at the target are shown as they were so many milliseconds ago. */
  readonly lag: number
}

export interface History {
  readonly seed: number
  readonly start: Start
  readonly config: Config
  readonly steps: ReadonlyArray<Step>
  /** What becomes of parts that are still held at the end. */
  readonly ending: "approve" | "reject"
}
