// Runs every cue once on the file that is named, and prints the highest resident memory of this process in bytes.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { peakResidentBytes } from "@artguard/core/image";
import sharp from "sharp";
import { timeCues } from "./time-cues.ts";

if (process.argv[1] === import.meta.filename) {
  sharp.concurrency(1);
  sharp.cache(false);
  await timeCues(readFileSync(process.argv[2]!));
  console.log(peakResidentBytes());
}

/** Highest resident memory in bytes of a fresh process that runs every cue once on a file. */
export function peakMemory(path: string): number {
  const args = [...process.execArgv, import.meta.filename, path];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the process that measures memory failed: ${stderr}`);
  return Number(stdout.trim().split("\n").at(-1));
}
