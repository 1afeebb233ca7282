#!/usr/bin/env node
import { scan } from "./commands/scan.ts";
import { UsageError } from "./usage-error.ts";

const usage = `artguard scan <files, folders or -> [--json] [--concurrency N] [--deadline SECONDS]

  --json           one JSON object per line on standard output
  --concurrency N  images at a time; default the number of cores
  --deadline S     seconds per image; default 60

Exit status: 0 done, 1 some inputs failed, 2 usage.
`;

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command === "scan") return await scan(args);
  if (command === undefined || command === "--help") {
    process.stdout.write(usage);
    return command === undefined ? 2 : 0;
  }
  throw new UsageError(`there is no command "${command}"`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`artguard: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
