import { bashCompletion } from "../command-line/completion/bash.ts";
import { fishCompletion } from "../command-line/completion/fish.ts";
import { zshCompletion } from "../command-line/completion/zsh.ts";
import type { Call, Command } from "../command-line/declare-command.ts";
import { suggestion } from "../command-line/parse-command.ts";
import { commands } from "../command-line/program.ts";
import { type completionCommand, shells } from "../declarations/help.ts";
import { UsageError } from "../usage-error.ts";

const writers: Readonly<Record<(typeof shells)[number], (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `artguard completion`: the completions for a shell. @returns the exit status. @throws UsageError */
export function completion({ values, operands }: Call<typeof completionCommand>): number {
  const [given = ""] = operands;
  const shell = shells.find((known) => known === given);
  if (!shell) throw new UsageError(`completion takes ${shells.join(", ")}${suggestion(given, shells)}`);
  const script = writers[shell](commands);
  process.stdout.write(values.json ? `${JSON.stringify({ shell, script })}\n` : script);
  return 0;
}
