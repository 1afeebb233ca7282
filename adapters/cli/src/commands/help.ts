import manifest from "../../package.json" with { type: "json" };
import type { Call, Command } from "../command-line/declare-command.ts";
import { findCommand, secondWordError } from "../command-line/find-command.ts";
import { commandHelp, overview } from "../command-line/help-text.ts";
import { commands } from "../command-line/program.ts";
import type { helpCommand } from "../declarations/help.ts";

/** `artguard help`: what a command does, or which commands there are. @returns the exit status. @throws UsageError */
export function help({ values, operands }: Call<typeof helpCommand>): number {
  const asked = operands.length === 0 ? commands : commandsNamed(operands);
  const text = operands.length === 0 ? overview(commands, manifest.version) : asked.map(commandHelp).join("\n\n");
  process.stdout.write(values.json ? `${JSON.stringify(asked)}\n` : text);
  return 0;
}

function commandsNamed(words: readonly string[]): readonly Command[] {
  const listed = commands.map((command) => ({ command }));
  const found = findCommand(listed, words);
  if ("one" in found) return [found.one.command];
  if (found.rest.length > 0) throw secondWordError(found.several, found.rest[0]);
  return found.several.map(({ command }) => command);
}
