import type { Command } from "../declare-command.ts";
import { type Completed, completedOf, type Offer, wordsOf } from "./completed.ts";

/** The completions for zsh. */
export function zshCompletion(commands: readonly Command[]): string {
  const words = wordsOf(commands);
  const groups = [...words].filter(([, second]) => second.length > 0);
  const first = [...words].map(([word, second]) => {
    const one = commands.find(({ name }) => name === word);
    return described(word, one?.summary ?? second.join(", "));
  });
  return `#compdef artguard
# zsh completion of artguard: write it to a file _artguard in a folder of $fpath.
_artguard() {
  local command=$words[2] previous=$words[CURRENT-1]
  local -a offered
  if (( CURRENT == 2 )); then
    offered=(${first.join(" ")})
    _describe command offered
    return
  fi
  case $command in
${groups
  .map(([word]) => {
    const seconds = commands.filter(({ name }) => name.startsWith(`${word} `));
    return `    ${word})
      if (( CURRENT == 3 )); then
        offered=(${seconds.map(({ name, summary }) => described(name.slice(word.length + 1), summary)).join(" ")})
        _describe command offered
        return
      fi
      command="$command $words[3]" ;;`;
  })
  .join("\n")}
    help)
      if (( CURRENT == 3 )) && [[ $PREFIX != -* ]]; then
        offered=(${first.join(" ")})
        _describe command offered
        return
      fi ;;
  esac
  case $command in
${commands.map((command) => branch(completedOf(command))).join("\n")}
  esac
}
if [ "$funcstack[1]" = "_artguard" ]; then _artguard "$@"; else compdef _artguard artguard; fi
`;
}

function branch({ name, options, operands }: Completed): string {
  const valued = options.flatMap(([flag, , value]) =>
    value === undefined ? [] : [`        ${flag}) ${offer(value)} ;;`],
  );
  const flags = options.map(([flag, summary]) => described(flag, summary)).join(" ");
  return `    '${name}')
      case $previous in
${valued.join("\n")}
        *)
          if [[ $PREFIX == -* ]]; then
            offered=(${flags})
            _describe option offered
          else
            ${offer(operands)}
          fi ;;
      esac ;;`;
}

function described(word: string, summary: string): string {
  return `'${`${word}:${summary}`.replaceAll("'", "’").replaceAll("`", "")}'`;
}

function offer(offered: Offer): string {
  if (offered === "file") return "_files";
  if (offered === "folder") return "_files -/";
  return offered === "nothing" ? ":" : `compadd -- ${offered.words.join(" ")}`;
}
