import { UsageError } from "../usage-error.ts";
import type { Command } from "./declare-command.ts";
import { suggestion } from "./parse-command.ts";

/** What begins a command line: one command with the words after its name, or all that share its first word. */
export type Found<Each> =
  | { readonly one: Each; readonly rest: readonly string[] }
  | { readonly several: readonly Each[]; readonly rest: readonly string[] };

/**
 * Finds the command that a command line begins with.
 *
 * @throws UsageError for a word that begins no command.
 */
export function findCommand<Each extends { readonly command: Command }>(
  program: readonly Each[],
  [first = "", ...rest]: readonly string[],
): Found<Each> {
  const several = program.filter(({ command }) => command.name.split(" ")[0] === first);
  const [only] = several;
  if (!only) {
    const known = [...new Set(program.map(({ command }) => command.name.split(" ")[0] ?? ""))];
    throw new UsageError(`there is no command "${first}"${suggestion(first, known)}`);
  }
  if (only.command.name === first) return { one: only, rest };
  const [second = "", ...after] = rest;
  const one = several.find(({ command }) => command.name === `${first} ${second}`);
  return one ? { one, rest: after } : { several, rest };
}

/** What to say when a command of two words lacks a second one that it knows. */
export function secondWordError(several: readonly { readonly command: Command }[], given = ""): UsageError {
  const words = several.map(({ command }) => command.name.split(" "));
  const known = words.map(([, second = ""]) => second);
  const [[first = ""] = []] = words;
  const list = known.length < 2 ? known.join() : `${known.slice(0, -1).join(", ")} or ${known.at(-1)}`;
  return new UsageError(`${first} takes ${list}${given === "" ? "" : suggestion(given, known)}`);
}
