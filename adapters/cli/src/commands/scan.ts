import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import {
  type ArtGuard,
  type CompletedAnalysis,
  createArtGuard,
  type ErrorRecord,
  isArtGuardError,
} from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { collectInputs } from "../collect-inputs.ts";
import { UsageError } from "../usage-error.ts";

interface ScanOptions {
  paths: string[];
  json: boolean;
  concurrency: number | undefined;
  deadlineMs: number | undefined;
}

type Outcome =
  | { path: string; analysis: CompletedAnalysis }
  | { path: string; error: { code: string; message: string; fix: string } };

/** `artguard scan`: judges every input, prints a line for each in input order. @returns the exit status. */
export async function scan(args: readonly string[]): Promise<number> {
  const options = parseScanArguments(args);
  const inputs = collectInputs(options.paths);
  const artguard = await createArtGuard({
    detectors: forensicDetectors(),
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
  });
  try {
    let failed = 0;
    for await (const outcome of inOrder(inputs, options.concurrency ?? 2, (path) => judge(artguard, path))) {
      if ("error" in outcome) failed++;
      process.stdout.write(`${options.json ? jsonLine(outcome) : textLine(outcome)}\n`);
    }
    if (!options.json) process.stdout.write(`${inputs.length} images, ${failed} failed\n`);
    return failed > 0 ? 1 : 0;
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
}

function parseScanArguments(args: readonly string[]): ScanOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        concurrency: { type: "string" },
        deadline: { type: "string" },
      },
    });
    if (positionals.length === 0) throw new UsageError("name at least one file or folder, or - for standard input");
    const deadline = positive("deadline", values.deadline);
    return {
      paths: positionals,
      json: values.json,
      concurrency: positive("concurrency", values.concurrency),
      deadlineMs: deadline === undefined ? undefined : deadline * 1000,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new UsageError(`--${name} must be a positive number, got "${value}"`);
}

async function judge(artguard: ArtGuard, path: string): Promise<Outcome> {
  try {
    const bytes = path === "-" ? await buffer(process.stdin) : await readFile(path);
    return { path, analysis: await artguard.analyze(bytes, { filename: path }) };
  } catch (error) {
    return { path, error: errorRecord(error) };
  }
}

function errorRecord(error: unknown): ErrorRecord | { code: string; message: string; fix: string } {
  if (isArtGuardError(error)) return error.toJSON();
  const message = error instanceof Error ? error.message : String(error);
  return { code: "cli.unreadable", message, fix: "Check that the path exists and may be read." };
}

/** Works on `width` inputs at a time and yields their results in input order. */
async function* inOrder<Input, Result>(
  inputs: readonly Input[],
  width: number,
  work: (input: Input) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for (const input of inputs) {
    running.push(work(input));
    if (running.length >= width) yield await running.shift()!;
  }
  while (running.length > 0) yield await running.shift()!;
}

function textLine(outcome: Outcome): string {
  if ("error" in outcome)
    return `FAILED          ${outcome.path}: ${outcome.error.code}: ${outcome.error.message} ${outcome.error.fix}`;
  const { verdict, forgery_score } = outcome.analysis;
  return `${verdict.padEnd(13)} ${forgery_score.toFixed(0).padStart(3)}  ${outcome.path}`;
}

function jsonLine(outcome: Outcome): string {
  if ("error" in outcome) return JSON.stringify(outcome);
  const {
    request_id,
    status,
    forgery_score,
    verdict,
    confidence,
    coverage,
    reasons,
    detections,
    findings,
    regions,
    elapsed_ms,
  } = outcome.analysis;
  const detectors = detections.map(({ id, family, version, status, score, elapsed_ms, reason, error }) => ({
    id,
    family,
    version,
    status,
    score,
    elapsed_ms,
    ...(reason !== undefined && { reason }),
    ...(error && { error }),
  }));
  return JSON.stringify({
    path: outcome.path,
    request_id,
    status,
    forgery_score,
    verdict,
    confidence,
    coverage,
    reasons,
    detectors,
    findings,
    regions,
    elapsed_ms,
  });
}
