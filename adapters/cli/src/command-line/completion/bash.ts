import type { Command } from "../declare-command.ts";
import { type Completed, completedOf, type Offer, wordsOf } from "./completed.ts";

/** The completions for bash 3.2 and later, which need no other package. */
export function bashCompletion(commands: readonly Command[]): string {
  const words = wordsOf(commands);
  const groups = [...words].filter(([, second]) => second.length > 0);
  return `# bash completion of artguard: source <(artguard completion bash)
_artguard() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _artguard_words '${[...words.keys(), "--help", "--version"].join(" ")}'
    return
  fi
  case $command in
${groups
  .map(([first, second]) => {
    return `    ${first})
      if [ "$COMP_CWORD" -eq 2 ]; then
        _artguard_words '${[...second, "--help"].join(" ")}'
        return
      fi
      command="$command \${COMP_WORDS[2]}" ;;`;
  })
  .join("\n")}
    help)
      if [ "$COMP_CWORD" -eq 2 ] && [ "\${current#-}" = "$current" ]; then
        _artguard_words '${[...words.keys()].join(" ")}'
        return
      fi ;;
  esac
  case $command in
${commands.map((command) => branch(completedOf(command))).join("\n")}
  esac
}
_artguard_words() {
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_artguard_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$current"))
}
complete -F _artguard artguard
`;
}

function branch({ name, options, operands }: Completed): string {
  const valued = options.flatMap(([flag, , value]) =>
    value === undefined ? [] : [`        ${flag}) ${offer(value)} ;;`],
  );
  const flags = options.map(([flag]) => flag).join(" ");
  return `    '${name}')
      case $previous in
${[...valued, `        *) case $current in -*) _artguard_words '${flags}' ;; *) ${offer(operands)} ;; esac ;;`].join("\n")}
      esac ;;`;
}

function offer(offered: Offer): string {
  if (offered === "file") return "_artguard_paths -f";
  if (offered === "folder") return "_artguard_paths -d";
  return offered === "nothing" ? ":" : `_artguard_words '${offered.words.join(" ")}'`;
}
