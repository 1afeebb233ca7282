#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" };
import { audit } from "./commands/audit.ts";
import { compare } from "./commands/compare.ts";
import { deleteAnalyses } from "./commands/delete.ts";
import { dispute, review } from "./commands/dispute.ts";
import { doctor } from "./commands/doctor.ts";
import { erase } from "./commands/erase.ts";
import { explain } from "./commands/explain.ts";
import { exportRecords } from "./commands/export.ts";
import { history } from "./commands/history.ts";
import { knowledge } from "./commands/knowledge.ts";
import { limits } from "./commands/limits.ts";
import { provenance } from "./commands/provenance.ts";
import { resume } from "./commands/resume.ts";
import { scan } from "./commands/scan.ts";
import { serve } from "./commands/serve.ts";
import { show } from "./commands/show.ts";
import { sweep } from "./commands/sweep.ts";
import { train } from "./commands/train.ts";
import { assertNodeVersion } from "./node-version.ts";
import { usage } from "./usage.ts";
import { UsageError } from "./usage-error.ts";

async function main([command, ...args]: readonly string[]): Promise<number> {
  assertNodeVersion(process.versions.node, manifest.engines.node);
  if (command === "--version") return print(`${manifest.version}\n`);
  if (command === "--help" || args.includes("--help")) return print(usage);
  if (command === "scan") return await scan(args, interruption());
  if (command === "work") {
    // What no other command needs is loaded here.
    const { work } = await import("./commands/work.ts");
    return await work(args, interruption());
  }
  const run = commands.get(command ?? "");
  if (run) return await run(args);
  throw new UsageError(command === undefined ? "name a command" : `there is no command "${command}"`);
}

const commands = new Map<string, (args: readonly string[]) => number | Promise<number>>(
  Object.entries({
    provenance,
    compare,
    limits,
    history,
    serve,
    show,
    resume,
    dispute,
    review,
    explain,
    delete: deleteAnalyses,
    export: exportRecords,
    erase,
    sweep,
    doctor,
    train,
    knowledge,
    audit,
  }),
);

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

// The reader of our output went away (`artguard … | head`): there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`artguard: ${error.message}\nCommands and options: artguard --help\n`);
  process.exitCode = 2;
}
