import { type Command, type Option, optionsOf } from "../declare-command.ts";

/** What a shell offers as the value of an option, or as an argument. */
export type Offer = { readonly words: readonly string[] } | "file" | "folder" | "nothing";

/** A command as completions see it. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly (readonly [flag: string, summary: string, value: Offer | undefined])[];
  /** What its arguments may be. */
  readonly operands: Offer;
}

/** What there is to offer for a command. */
export function completedOf(command: Command): Completed {
  const { name, summary, arguments: declared = [] } = command;
  const [first] = declared;
  return {
    name,
    summary,
    options: Object.entries(optionsOf(command)).map(([option, each]) => [`--${option}`, each.summary, offerOf(each)]),
    operands: first?.choices ? { words: first.choices } : first?.of === "file" ? "file" : "nothing",
  };
}

function offerOf(option: Option): Offer | undefined {
  if (option.type === "switch") return undefined;
  if (option.type === "choice") return { words: option.choices };
  return (option.type === "text" && option.of) || "nothing";
}

/** The first words of commands, each with the second words that may follow. */
export function wordsOf(commands: readonly Command[]): Map<string, readonly string[]> {
  const words = new Map<string, readonly string[]>();
  for (const { name } of commands) {
    const [first = "", second] = name.split(" ");
    words.set(first, [...(words.get(first) ?? []), ...(second === undefined ? [] : [second])]);
  }
  return words;
}
