#!/usr/bin/env node
import "./young-generation.ts";
import manifest from "../package.json" with { type: "json" };
import { findCommand, secondWordError } from "./command-line/find-command.ts";
import { commandHelp, overview } from "./command-line/help-text.ts";
import { commands, program } from "./command-line/program.ts";
import { assertNodeVersion } from "./node-version.ts";
import { UsageError } from "./usage-error.ts";

const words = process.argv.slice(2);
const json = words.includes("--json");

async function main([first, ...rest]: readonly string[]): Promise<number> {
  assertNodeVersion(process.versions.node, manifest.engines.node);
  if (first === undefined) throw new UsageError("name a command");
  if (first === "--version") return print(json ? `${JSON.stringify(manifest.version)}\n` : `${manifest.version}\n`);
  if (first === "--help") return print(overview(commands, manifest.version));
  const found = findCommand(program, [first, ...rest]);
  const isHelp = found.rest.includes("--help");
  if ("several" in found) {
    if (!isHelp) throw secondWordError(found.several, found.rest[0]);
    return print(found.several.map(({ command }) => commandHelp(command)).join("\n\n"));
  }
  return isHelp ? print(commandHelp(found.one.command)) : await found.one.run(found.rest, interruption);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** Fires at the first Ctrl-C or request to end; the second one ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** Where to read on: in the help of the command, if there is one. */
function helpOn([first]: readonly string[]): string {
  const isKnown = commands.some(({ name }) => name.split(" ")[0] === first);
  return isKnown ? `artguard help ${first}` : "artguard --help";
}

// The reader of our output went away (`artguard … | head`): there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  process.exitCode = await main(words);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  const fix = `Help: ${helpOn(words)}`;
  if (json) print(`${JSON.stringify({ error: { code: "usage", message: error.message, fix } })}\n`);
  process.stderr.write(`artguard: ${error.message}\n${fix}\n`);
  process.exitCode = 2;
}
