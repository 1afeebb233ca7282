// How long the built command line takes to start: `npm run bench:cli`, after `pnpm build`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { textTable } from "./report/text-table.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
const runs = Number(values.runs);
const main = fileURLToPath(new URL("../../../adapters/cli/dist/main.js", import.meta.url));
const picture = fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "artguard-bench-cli-"));

/** Command lines, and the exit status that each must have. */
const lines: readonly (readonly [what: string, args: readonly string[], status: number])[] = [
  ["node alone", ["-e", "0"], 0],
  ["--version", [main, "--version"], 0],
  ["help scan", [main, "help", "scan"], 0],
  ["a command that is not understood", [main, "scna"], 2],
  ["history", [main, "history"], 0],
  ["users list", [main, "users", "list"], 0],
];

function run(args: readonly string[], status: number): number {
  const started = performance.now();
  const result = spawnSync(process.execPath, [...args], { cwd: folder, encoding: "utf8" });
  if (result.status !== status) throw new Error(`${args.join(" ")} ended with ${result.status}: ${result.stderr}`);
  return performance.now() - started;
}

try {
  run([main, "scan", "--keep", "--detectors", "provenance", picture], 0);
  run([main, "users", "create", "--email", "ada@museum.example"], 0);
  const rows = lines.map(([what, args, status]) => {
    const times = Array.from({ length: runs }, () => run(args, status)).toSorted((a, b) => a - b);
    return [what, times[Math.floor(runs / 2)]!.toFixed(0), times[0]!.toFixed(0), times.at(-1)!.toFixed(0)];
  });
  console.log(`Node ${process.version}, ${runs} runs each, wall time of a new process.`);
  console.log(textTable(["command", "median ms", "least", "most"], rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
