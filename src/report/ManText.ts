/** The manual page, as man(7) text, made from the tree of commands. */
import type { CommandNode, OptionNode } from "../model/CommandTree.ts"

/** A line of text: no backslash is an escape, no leading dot a request, and a dash in an option is a minus sign that can be searched for. */
const text = (plain: string): string =>
  plain
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replace(/^(?=[.'])/, String.raw`\&`)

const bold = (plain: string): string => `\\fB${text(plain)}\\fR`

const tagged = (term: string, description: string): ReadonlyArray<string> => [".TP", bold(term), text(description)]

const options = (nodes: ReadonlyArray<OptionNode>): ReadonlyArray<string> => nodes.flatMap(({ description, usage }) => tagged(usage, description))

/** A command, or each of those below it, with the options that are its own. */
const commands = (root: CommandNode, node: CommandNode, path: string): ReadonlyArray<string> => {
  if (node.commands.length > 0) return node.commands.flatMap((one) => commands(root, one, `${path}${one.name} `))
  const own = node.options.filter(({ long }) => !root.options.some((option) => option.long === long) && long !== "--help")
  return [
    ".TP",
    bold(`${path}${node.usage.replace(/^\[options\] ?/, "")}`.trim()),
    text(node.description),
    ...(own.length === 0 ? [] : [".RS", ...options(own), ".RE"])
  ]
}

export interface Surroundings {
  /** Codes with their meanings, in order. */
  readonly exitCodes: ReadonlyArray<readonly [string, string]>
}

/** Ends in a line end. Date and version are left out, so that the page is the same whenever it is made. */
export const page = (root: CommandNode, { exitCodes }: Surroundings): string =>
  [
    '.TH GROUPBRIDGE 1 "" "groupbridge" "User commands"',
    ".SH NAME",
    text("groupbridge - keeps the customer groups of one system true to the organizations, tags and labels of another"),
    ".SH SYNOPSIS",
    ".B groupbridge",
    text("[options] command [arguments]"),
    ".SH DESCRIPTION",
    text("Reads groups from a helpdesk, compares them with what is known of the target's customer groups, and makes the difference true."),
    text("A plan never writes. What cannot be proved is neither added nor removed, and too much at once is held for a person."),
    ".PP",
    `${text("Begin with")} ${bold("groupbridge init")}${text(", or try it without an account by")} ${bold("groupbridge demo")}.`,
    ".SH COMMANDS",
    ...root.commands.flatMap((node) => commands(root, node, `${node.name} `)),
    ".SH OPTIONS",
    ...options(root.options),
    ".SH EXIT STATUS",
    ...exitCodes.flatMap(([code, meaning]) => tagged(code, meaning)),
    ".SH FILES",
    ...tagged("groupbridge.yaml", "The config: the nearest one, looked for upwards from the working folder."),
    ...tagged(".env", "Beside the config: variables that it refers to as ${NAME}, which the environment overrules."),
    ...tagged(".groupbridge/", "Beside the config: the state and its copies. It names customers, and is its owner's alone."),
    ""
  ].join("\n")
