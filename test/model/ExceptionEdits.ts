/** What a person does to exceptions.csv, or what becomes of the file. */
import type { Step } from "./History.ts"
import { type Config, type Exception, linesOf } from "./World.ts"

type Edit = Extract<Step, { readonly do: "except" | "no exception" | "lose exceptions" | "put exceptions back" }>

const isSame = (one: Exception, other: Exception): boolean => one.email === other.email && one.tag === other.tag

export const change = (config: Config, edit: Edit): Partial<Config> => {
  const { exceptions, lost } = config
  switch (edit.do) {
    case "except":
      return { exceptions: [...exceptions.filter((one) => !isSame(one, edit.exception)), edit.exception], lost: [], header: true }
    case "no exception": {
      const rest = exceptions.filter((_, index) => index !== edit.line % exceptions.length)
      return linesOf({ ...config, exceptions: rest }).length > 0 ? { exceptions: rest } : {}
    }
    case "lose exceptions":
      return linesOf(config).length > 0 ? { exceptions: [], lost: exceptions, header: edit.header } : {}
    case "put exceptions back":
      return lost.length > 0 ? { exceptions: lost, lost: [], header: true } : {}
  }
}
