import { type Command, exitsOf, groups, optionsOf } from "./declare-command.ts";
import { optionSummary, optionWords, synopsis } from "./help-text.ts";

const head = `<!-- Written by \`npm run make:cli-page\` from the declarations of the commands; change those. -->

# Command line

\`\`\`
artguard <command> [arguments] [options]
npm start --silent -- picture.jpg              # from a clone of the repository: scan
npm run --silent artguard -- history           # from a clone: any command
\`\`\`

\`artguard help <command>\` prints what is below. Every command takes \`--json\` and \`--help\`. With \`--json\` standard output is
JSON, one value per line, and what failed is \`{"error": {"code", "message", "fix"}}\`: the codes are in [errors](errors.md), and
\`usage\` stands for a command line that was not understood. What the larger answers hold: [output](cli-output.md).

Commands on records take \`--folder DIR\` (default \`ARTGUARD_FOLDER\`, else \`./.artguard\`), most of them \`--aws\` instead: the
tables and buckets that the [environment](configuration.md) names. That needs \`@aws-sdk/client-dynamodb\` and
\`@aws-sdk/client-s3\` beside the command, and \`ARTGUARD_CURSOR_KEY\`.

Completion for bash, zsh and fish: [\`artguard completion\`](#artguard-completion).`;

/** The page `docs/cli.md`. */
export function commandPage(commands: readonly Command[]): string {
  const lists = groups.map((group) => {
    const rows = commands
      .filter((command) => command.group === group)
      .map(({ name, summary }) => `| [\`${name}\`](#artguard-${name.replaceAll(" ", "-")}) | ${cell(summary)} |`);
    return [`| ${group} | |`, "| --- | --- |", ...rows].join("\n");
  });
  return `${[head, ...lists, ...commands.map(section)].join("\n\n")}\n`;
}

function section(command: Command): string {
  const args = (command.arguments ?? []).map(({ name, summary }) => `| \`${name}\` | ${cell(summary)} |`);
  const options = Object.entries(optionsOf(command)).map(
    ([name, option]) => `| \`${optionWords(name, option)}\` | ${cell(optionSummary(option))} |`,
  );
  const exits = exitsOf(command).map(([status, meaning]) => `${status} ${meaning}`);
  return [
    `## artguard ${command.name}`,
    `${sentence(command.summary)}`,
    ["```", synopsis(command), "```"].join("\n"),
    ...(command.details ?? []),
    [`| ${args.length > 0 ? "argument or option" : "option"} | |`, "| --- | --- |", ...args, ...options].join("\n"),
    ["```", ...command.examples.map(([line, what]) => `artguard ${line}    # ${what}`), "```"].join("\n"),
    `Exit status: ${exits.join("; ")}. With \`--json\`: ${command.json}.`,
  ].join("\n\n");
}

function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
