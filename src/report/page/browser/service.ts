/** The script of a service's page: what is under way, as it goes on, and a note when something has changed. */
import * as Copy from "./Copy.ts"

/** A reader who has begun to write is not to lose it. */
const isWriting = (): boolean =>
  [...document.querySelectorAll<HTMLInputElement>("form.decide input[name=reason]")].some((input) => input.value !== "" || input === document.activeElement)

const start = (): void => {
  Copy.install(document)
  const progress = document.getElementById("progress")
  const news = document.getElementById("news")
  const events = new EventSource("/events")
  events.addEventListener("progress", ({ data }: MessageEvent<string>) => {
    if (progress !== null) progress.textContent = data
  })
  events.addEventListener("changed", () => {
    if (isWriting() && news !== null) news.hidden = false
    else location.reload()
  })
  document.documentElement.dataset["ready"] = ""
}

start()
