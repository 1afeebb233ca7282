import type { Command } from "../declare-command.ts";
import { type Completed, completedOf, type Offer, wordsOf } from "./completed.ts";

/** The completions for fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const words = wordsOf(commands);
  const first = [...words].map(([word, second]) => {
    const one = commands.find(({ name }) => name === word);
    return `complete -c artguard -n '__artguard_at 1' -a ${word} -d ${quoted(one?.summary ?? second.join(", "))}`;
  });
  const second = commands.flatMap(({ name, summary }) => {
    const [group = "", word] = name.split(" ");
    const condition = `__artguard_at 2; and __artguard_is ${group}`;
    return word === undefined ? [] : [`complete -c artguard -n '${condition}' -a ${word} -d ${quoted(summary)}`];
  });
  return `# fish completion of artguard: artguard completion fish > ~/.config/fish/completions/artguard.fish
function __artguard_at
  test (count (commandline -opc)) -eq $argv[1]
end
function __artguard_is
  set -l words (commandline -opc)
  set -l last (math 1 + (count $argv))
  test (count $words) -ge $last; and test "$words[2..$last]" = "$argv"
end
complete -c artguard -f
complete -c artguard -n '__artguard_at 1' -l help -d 'all commands'
complete -c artguard -n '__artguard_at 1' -l version -d 'version of ArtGuard'
${[...first, ...second, ...commands.flatMap((command) => lines(completedOf(command)))].join("\n")}
complete -c artguard -n '__artguard_at 2; and __artguard_is help' -a '${[...words.keys()].join(" ")}'
`;
}

function lines({ name, options, operands }: Completed): string[] {
  const condition = `-n '__artguard_is ${name}'`;
  const own = options.map(([flag, summary, value]) =>
    [`complete -c artguard ${condition} -l ${flag.slice(2)}`, offer(value), `-d ${quoted(summary)}`]
      .filter((part) => part !== "")
      .join(" "),
  );
  if (operands === "nothing") return own;
  const argument = operands === "file" ? "-F" : offer(operands).replace("-x ", "");
  return [...own, `complete -c artguard ${condition} ${argument}`];
}

function offer(offered: Offer | undefined): string {
  if (offered === undefined) return "";
  if (offered === "file") return "-r -F";
  if (offered === "folder") return "-x -a '(__fish_complete_directories)'";
  return offered === "nothing" ? "-x" : `-x -a '${offered.words.join(" ")}'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "’").replaceAll("`", "")}'`;
}
