import { type Argument, type Command, exitsOf, groups, type Option, optionsOf } from "./declare-command.ts";

const width = 110;
const widestColumn = 46;

/** What `artguard --help` prints. */
export function overview(commands: readonly Command[], version: string): string {
  const column = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const sections = groups.map((group) => {
    const rows = commands.filter((command) => command.group === group);
    return [group, ...rows.map(({ name, summary }) => row(name, summary, column))].join("\n");
  });
  return [
    `ArtGuard ${version}: forgery verdicts for images, with their evidence`,
    "Usage: artguard <command> [arguments] [options]",
    ...sections,
    ["artguard help <command>    arguments, options, examples", "artguard --version         version of ArtGuard"].join(
      "\n",
    ),
    "Exit status: 0 done, 1 it failed, 2 the command line was not understood; more in the help of each command.\n",
  ].join("\n\n");
}

/** What `artguard help <command>` prints. */
export function commandHelp(command: Command): string {
  const args = command.arguments ?? [];
  const options = Object.entries(optionsOf(command)).map(
    ([name, option]) => [optionWords(name, option), optionSummary(option)] as const,
  );
  return `${[
    `artguard ${command.name}: ${plain(command.summary)}`,
    `Usage: ${synopsis(command)}`,
    ...(command.details ?? []).map((paragraph) => wrapped(plain(paragraph), 0)),
    ...(args.length > 0
      ? [
          table(
            "Arguments",
            args.map((each) => [each.name, each.summary] as const),
          ),
        ]
      : []),
    table("Options", options),
    table(
      "Examples",
      command.examples.map(([line, what]) => [`artguard ${line}`, what] as const),
    ),
    table("Exit status", exitsOf(command)),
    wrapped(`With --json: ${plain(command.json)}.`, 0),
  ].join("\n\n")}\n`;
}

/** A command in one line. */
export function synopsis(command: Command): string {
  const required = Object.entries(command.options).flatMap(([name, option]) =>
    option.type === "text" && option.required ? [optionWords(name, option)] : [],
  );
  return ["artguard", command.name, ...(command.arguments ?? []).map(argumentWords), ...required, "[options]"].join(
    " ",
  );
}

function argumentWords({ name, count }: Argument): string {
  if (count === "some") return `<${name}> …`;
  return count === "optional" ? `[${name}]` : `<${name}>`;
}

/** An option with what stands for its value. */
export function optionWords(name: string, option: Option): string {
  return option.type === "switch" ? `--${name}` : `--${name} ${option.value}`;
}

/** What an option does, what it takes and what holds without it. */
export function optionSummary(option: Option): string {
  const parts = [plain(option.summary)];
  if (option.type === "choice") parts.push(`: ${option.choices.join(", ")}`);
  const otherwise = option.otherwise ?? (option.type === "number" ? option.default : undefined);
  if (otherwise !== undefined) parts.push(`; default ${otherwise}`);
  if (option.type === "text" && option.required) parts.push("; required");
  return parts.join("");
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  const column = Math.min(widestColumn, Math.max(...rows.map(([left]) => left.length)) + 2);
  return [title, ...rows.map(([left, right]) => row(left, plain(right), column))].join("\n");
}

function row(left: string, right: string, column: number): string {
  const indent = column + 2;
  const head = `  ${left}`;
  const text = wrapped(right, indent);
  return head.length + 2 <= indent ? `${head.padEnd(indent)}${text.trimStart()}` : `${head}\n${text}`;
}

/** Links name their page, marks of Markdown are left out. */
function plain(markdown: string): string {
  return markdown.replace(/\[[^\]]+\]\(([^)]*)\)/g, "docs/$1").replaceAll("`", "");
}

function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => " ".repeat(indent) + each).join("\n");
}
