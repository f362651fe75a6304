/** Completion scripts for shells, made from the tree of commands. */
import type { CommandNode, OptionNode, Value } from "../model/CommandTree.ts"

/** A command with the names that lead to it: "state backup"; the program itself has none. */
interface Place {
  readonly path: string
  readonly node: CommandNode
}

const places = (node: CommandNode, path: ReadonlyArray<string> = []): ReadonlyArray<Place> => [
  { path: path.join(" "), node },
  ...node.commands.flatMap((one) => places(one, [...path, one.name]))
]

/** Each option of the program with its own once. */
const optionsOf = (root: CommandNode, { node }: Place): ReadonlyArray<OptionNode> => {
  const all = new Map([...root.options, ...node.options].map((option) => [option.long, option]))
  return [...all.values()]
}

const firstSentence = (text: string): string => text.replace(/[;:(].*$/s, "").trim()

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The names of syncs in the config file of the working folder. */
const syncs = `awk '/^syncs:/{inside=1;next} /^[^ #]/{inside=0} inside&&/^  [^ #][^:]*:/{sub(/^ +/,"");sub(/:.*/,"");gsub(/["'"'"']/,"");print}' groupbridge.yaml 2>/dev/null`

const bashWords = (value: Value | null): string => {
  switch (value?.kind) {
    case "choice":
      return `COMPREPLY=($(compgen -W ${single(value.choices.join(" "))} -- "$cur"))`
    case "path":
      return `COMPREPLY=($(compgen -f -- "$cur"))`
    case "sync":
      return `COMPREPLY=($(compgen -W "$(_groupbridge_syncs)" -- "$cur"))`
    default:
      return "COMPREPLY=()"
  }
}

/** Options that take a value, of any command: what follows them is no command. */
const valued = (all: ReadonlyArray<Place>): ReadonlyArray<OptionNode> => {
  const found = new Map(all.flatMap(({ node }) => node.options).flatMap((option) => (option.value === null ? [] : [[option.long, option] as const])))
  return [...found.values()]
}

/** Shared by bash and zsh: finds the command before the cursor. Sets `place`, and `value` to an option whose value comes next. */
const walk = (all: ReadonlyArray<Place>): string => {
  const names = all.filter(({ path }) => path !== "").map(({ path }) => `${single(path)}) place="$next" ;;`)
  return `  local place='' value='' next word
  for word in "\${before[@]}"; do
    if [ -n "$value" ]; then value=''; continue; fi
    case "$word" in
      ${valued(all)
        .map(({ long }) => long)
        .join("|")}) value="$word" ;;
      -*) ;;
      *)
        next="\${place:+$place }$word"
        case "$next" in
          ${names.join("\n          ")}
        esac ;;
    esac
  done`
}

const bash = (root: CommandNode): string => {
  const all = places(root)
  return `# Completion of groupbridge for bash. In ~/.bashrc:  source <(groupbridge completion bash)
_groupbridge_syncs() { ${syncs}; }
_groupbridge() {
  local cur="\${COMP_WORDS[COMP_CWORD]}"
  local before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${walk(all)}
  case "$value" in
    ${valued(all)
      .map((option) => `${option.long}) ${bashWords(option.value)}; return ;;`)
      .join("\n    ")}
  esac
  case "$place" in
    ${all
      .map((place) => {
        const words = optionsOf(root, place).map(({ long }) => long)
        const first =
          place.node.commands.length > 0
            ? `COMPREPLY=($(compgen -W ${single(place.node.commands.map(({ name }) => name).join(" "))} -- "$cur"))`
            : bashWords(place.node.argument)
        return `${single(place.path)})
      if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W ${single(words.join(" "))} -- "$cur")); else ${first}; fi ;;`
      })
      .join("\n    ")}
  esac
}
complete -o filenames -F _groupbridge groupbridge
`
}

const zshWords = (value: Value | null): string => {
  switch (value?.kind) {
    case "choice":
      return `compadd -- ${value.choices.map(single).join(" ")}`
    case "path":
      return "_files"
    case "sync":
      return `compadd -- \${(f)"$(_groupbridge_syncs)"}`
    default:
      return ":"
  }
}

const described = (rows: ReadonlyArray<readonly [string, string]>): string =>
  rows.map(([name, description]) => single(`${name.replaceAll(":", String.raw`\:`)}:${firstSentence(description)}`)).join(" ")

const zsh = (root: CommandNode): string => {
  const all = places(root)
  return `#compdef groupbridge
# Completion of groupbridge for zsh. In ~/.zshrc, after compinit:  source <(groupbridge completion zsh)
_groupbridge_syncs() { ${syncs}; }
_groupbridge() {
  local cur="\${words[CURRENT]}"
  local -a before names
  before=("\${(@)words[2,CURRENT-1]}")
${walk(all)}
  case "$value" in
    ${valued(all)
      .map((option) => `${option.long}) ${zshWords(option.value)}; return ;;`)
      .join("\n    ")}
  esac
  case "$place" in
    ${all
      .map((place) => {
        const options = described(optionsOf(root, place).map(({ description, long }) => [long, description]))
        const first =
          place.node.commands.length > 0
            ? `names=(${described(place.node.commands.map(({ description, name }) => [name, description]))}); _describe command names`
            : zshWords(place.node.argument)
        return `${single(place.path)})
      if [[ "$cur" == -* ]]; then names=(${options}); _describe option names; else ${first}; fi ;;`
      })
      .join("\n    ")}
  esac
}
compdef _groupbridge groupbridge
`
}

const fishValue = (value: Value | null): string => {
  switch (value?.kind) {
    case "choice":
      return ` -x -a ${single(value.choices.join(" "))}`
    case "path":
      return " -r -F"
    case "sync":
      return " -x -a '(__groupbridge_syncs)'"
    case "text":
      return " -x"
    default:
      return ""
  }
}

const fishCondition = ({ node, path }: Place): string => {
  const here = path === "" ? [] : path.split(" ").map((name) => `__fish_seen_subcommand_from ${name}`)
  const deeper = node.commands.map(({ name }) => name)
  return single([...here, ...(deeper.length === 0 ? [] : [`not __fish_seen_subcommand_from ${deeper.join(" ")}`])].join("; and ") || "true")
}

const fishOption = (condition: string, option: OptionNode): string =>
  `complete -c groupbridge${condition} -l ${option.long.replace(/^--/, "")} -d ${single(firstSentence(option.description))}${fishValue(option.value)}`

/** What may follow one command: those below it, its own options, and its first argument. */
const fishLines = (root: CommandNode, place: Place): string => {
  const { argument, commands, options } = place.node
  const condition = ` -n ${fishCondition(place)}`
  const own = place.path === "" ? [] : options.filter(({ long }) => !root.options.some((option) => option.long === long))
  const below = commands.map(({ description, name }) => `complete -c groupbridge${condition} -a ${name} -d ${single(firstSentence(description))}`)
  const words = commands.length > 0 || argument?.kind === "text" ? "" : fishValue(argument)
  return [...below, ...own.map((option) => fishOption(condition, option)), ...(words === "" ? [] : [`complete -c groupbridge${condition}${words}`])].join("\n")
}

const fish = (root: CommandNode): string => {
  const all = places(root)
  return `# Completion of groupbridge for fish:  groupbridge completion fish > ~/.config/fish/completions/groupbridge.fish
function __groupbridge_syncs
  ${syncs}
end
complete -c groupbridge -f
${root.options.map((option) => fishOption("", option)).join("\n")}
${all.map((place) => fishLines(root, place)).join("\n")}
`
}

/** By shell. */
export const scripts = { bash, zsh, fish } as const
