/** How a page that opens from a file begins: nothing may be loaded or sent, and only this style and the given script count. */
import { createHash } from "node:crypto"
import * as Escape from "../Escape.ts"
import * as Times from "../Times.ts"
import type { View } from "../View.ts"
import { STYLE } from "./Style.ts"

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** The script cannot make HTML of a text. Without one none is run. */
const policy = (script: string | null): string =>
  `default-src 'none'; ${script === null ? "" : `script-src ${digest(script)}; `}style-src ${digest(STYLE)}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`

/** Everything before `main`. `about` follows the date under the title; both are plain text. */
export const opening = (title: string, about: string, script: string | null, view: View): string => {
  const [heading, date] = [Escape.html(title), Escape.html(Times.dated(view, view.now))]
  return (
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${policy(script)}">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<title>${heading}, ${date}</title>\n` +
    `<style>${STYLE}</style>\n</head>\n<body>\n<header class="top"><h1>${heading}</h1><p>${date}, ${Escape.html(about)}</p></header>\n`
  )
}
