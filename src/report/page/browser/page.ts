/** The page's script: without it the page is read, with it all rows are there. It runs after everything else has come. */
import * as Copy from "./Copy.ts"
import * as Table from "./Table.ts"

const start = async (): Promise<void> => {
  Copy.install(document)
  for (const section of document.querySelectorAll<HTMLElement>("section[data-changes]")) {
    try {
      await Table.install(section)
    } catch (error) {
      const status = section.querySelector(".status")
      if (status !== null) status.textContent = `Not all rows could be shown (${String(error)}); the first ones stand here.`
    }
  }
  document.documentElement.dataset["ready"] = ""
  performance.mark("groupbridge-ready")
}

void start()
