import { parseArgs } from "node:util";
import { UsageError } from "../usage-error.ts";
import { type Argument, type Call, type Command, type Option, optionsOf } from "./declare-command.ts";
import { didYouMean } from "./did-you-mean.ts";

type Value = string | boolean | number | readonly string[] | undefined;

/** Reads the words after a command's name. @throws UsageError */
export function parseCommand<Declared extends Command>(command: Declared, words: readonly string[]): Call<Declared> {
  const options = optionsOf(command);
  const given = new Map<string, string | true>();
  const operands: string[] = [];
  for (const token of tokensOf(words, options)) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind === "option") given.set(token.name, checked(token, options));
  }
  const values = Object.entries(options).map(([name, option]) => [name, valueFor(name, option, given.get(name))]);
  assertCount(command, operands);
  // Each value was made by what its declaration says, which the type is made of, too.
  return { values: Object.fromEntries(values), operands } as Call<Declared>;
}

function tokensOf(words: readonly string[], options: Readonly<Record<string, Option>>) {
  const types = Object.entries(options).map(
    ([name, { type }]) => [name, { type: type === "switch" ? ("boolean" as const) : ("string" as const) }] as const,
  );
  // Not strict: it would refuse in words that do not say what to do.
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(types),
    allowPositionals: true,
    strict: false,
    tokens: true,
  }).tokens;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checked({ name, rawName, value, inlineValue }: OptionToken, options: Readonly<Record<string, Option>>) {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) throw new UsageError(`there is no option ${rawName}${suggestion(name, Object.keys(options), "--")}`);
  if (option.type === "switch") {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`);
    return true;
  }
  if (value === undefined) throw new UsageError(`--${name} needs a value: --${name} ${option.value}`);
  if (!inlineValue && value.startsWith("-") && value !== "-")
    throw new UsageError(`--${name} needs a value; write --${name}=${value} if this is one`);
  return value;
}

/** What may have been meant, as the end of a message. */
export function suggestion(word: string, known: readonly string[], dashes = ""): string {
  const meant = didYouMean(word, known);
  return meant === undefined ? "" : `; did you mean ${dashes}${meant}?`;
}

function valueFor(name: string, option: Option, given: string | true | undefined): Value {
  if (option.type === "switch") return given === true;
  if (given === undefined || given === true) return absent(name, option);
  switch (option.type) {
    case "text":
      if (given === "") throw new UsageError(`--${name} must name ${nounOf(option)}`);
      return given;
    case "number":
      return numberOf(name, option, given);
    case "choice":
      return choiceOf(name, option.choices, given);
    case "list":
      return given.split(",").map((word) => word.trim());
  }
}

function absent(name: string, option: Exclude<Option, { type: "switch" }>): Value {
  if (option.type === "text" && option.required)
    throw new UsageError(`--${name} must name ${nounOf(option)}: ${option.summary}`);
  return option.type === "number" ? option.default : undefined;
}

function nounOf({ of, value }: Extract<Option, { type: "text" }>): string {
  return of ? `a ${of}` : value;
}

function numberOf(name: string, option: Extract<Option, { type: "number" }>, given: string): number {
  const { fraction, least = 1, most = Number.MAX_SAFE_INTEGER } = option;
  const number = Number(given);
  const isOne = given.trim() !== "" && (fraction ? Number.isFinite(number) : Number.isSafeInteger(number));
  if (isOne && number >= least && number <= most) return number;
  const range = option.most === undefined ? `from ${least} on` : `from ${least} to ${most}`;
  throw new UsageError(`--${name} must be a ${fraction ? "" : "whole "}number ${range}, got "${given}"`);
}

function choiceOf(name: string, choices: readonly string[], given: string): string {
  const choice = choices.find((known) => known.toLowerCase() === given.toLowerCase());
  if (choice !== undefined) return choice;
  throw new UsageError(`--${name} takes ${choices.join(", ")}, got "${given}"${suggestion(given, choices)}`);
}

function assertCount({ name, arguments: declared = [] }: Command, operands: readonly string[]): void {
  const least = declared.filter(({ count }) => count !== "optional").length;
  const most = declared.some(({ count }) => count === "some") ? Number.POSITIVE_INFINITY : declared.length;
  if (operands.length >= least && operands.length <= most) return;
  const at: Argument | undefined = declared[operands.length] ?? declared.at(-1);
  throw new UsageError(at ? at.missing : `${name} takes no arguments, got "${operands.join(" ")}"`);
}
