// Puts the report on standard input on the pull request, in place of the action's earlier comment. GitHub takes 65,536 characters at most.
import { readFileSync } from "node:fs"

const { GITHUB_API_URL: api = "https://api.github.com", GITHUB_EVENT_PATH: event, GITHUB_REPOSITORY: repository, TOKEN: token } = process.env
const mark = "<!-- groupbridge plan -->"
const most = 65_536
const cutShort = "\n\nThe report is longer than a comment may be. The whole of it: `groupbridge plan --format markdown`\n"

const { number } = JSON.parse(readFileSync(event, "utf8"))
const report = readFileSync(0, "utf8")
const room = most - mark.length - 1
const body = `${mark}\n${report.length <= room ? report : `${report.slice(0, room - cutShort.length).replace(/\n[^\n]*$/, "")}${cutShort}`}`

const call = async (method, path, json) => {
  const headers = { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "content-type": "application/json" }
  const response = await fetch(`${api}/repos/${repository}${path}`, { method, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) })
  if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${method} ${path}`)
  return response.json()
}

let earlier
for (let page = 1; earlier === undefined; page += 1) {
  const comments = await call("GET", `/issues/${number}/comments?per_page=100&page=${page}`)
  earlier = comments.find((comment) => comment.user?.type === "Bot" && comment.body?.startsWith(mark))
  if (comments.length < 100) break
}
if (earlier === undefined) await call("POST", `/issues/${number}/comments`, { body })
else await call("PATCH", `/issues/comments/${earlier.id}`, { body })
