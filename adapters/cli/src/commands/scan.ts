import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type ArtGuardOptions, createArtGuard, isArtGuardError } from "@artguard/core";
import { defaultImageLimits } from "@artguard/core/image";
import { atomicWrite } from "../atomic-write.ts";
import { cloudParts } from "../cloud-parts.ts";
import { collectInputs } from "../collect-inputs.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { scanCommand } from "../declarations/images.ts";
import { inOrder } from "../in-order.ts";
import { type InputFiles, judgeInput } from "../judge-input.ts";
import { localKnowledge } from "../knowledge-base.ts";
import { readKnownWorks } from "../known-works.ts";
import { isFailed, type Outcome, reaches } from "../outcome.ts";
import { outputNames } from "../output-names.ts";
import { printable } from "../printable.ts";
import { duration, ProgressBar } from "../progress-bar.ts";
import { reasonOf } from "../reason-of.ts";
import { reportIndex } from "../report-index.ts";
import { explanationLine, jsonLine, textLine } from "../result-line.ts";
import { type ScanOptions, scanOptionsOf } from "../scan-options.ts";
import { UsageError } from "../usage-error.ts";

/** Exit statuses of `artguard scan`, by what they mean. */
const exitStatus = { done: 0, someFailed: 1, failOnMet: 3, interrupted: 130 } as const;

/**
 * `artguard scan`: judges every input and prints a line for each in input order.
 *
 * @param interruption Its signal stops the batch: running analyses end, the others do not begin.
 * @returns the exit status.
 * @throws UsageError
 */
export async function scan(call: Call<typeof scanCommand>, interruption: () => AbortSignal): Promise<number> {
  const options = scanOptionsOf(call);
  const signal = interruption();
  const inputs = collectInputs(options.paths);
  if (inputs.length === 0) return noFiles(options.paths);
  const files = planFiles(options, inputs);
  const started = performance.now();
  const outcomes = await judgeAll(inputs, files, options, signal);
  const summary = summaryOf(outcomes, inputs.length, performance.now() - started);
  (options.json ? process.stderr : process.stdout).write(`${summary}\n`);
  const reportWritten = await writeIndex(outcomes, options);
  return statusOf(outcomes, options, signal) || (reportWritten ? exitStatus.done : exitStatus.someFailed);
}

/** Most likely another folder was meant: nothing was judged, and a pipeline should not take that for good news. */
function noFiles(paths: readonly string[]): number {
  process.stderr.write(`artguard: there is no file in ${paths.map(printable).join(", ")}\n`);
  return exitStatus.someFailed;
}

async function judgeAll(
  inputs: readonly string[],
  files: readonly InputFiles[],
  options: ScanOptions,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const concurrency = options.concurrency ?? availableParallelism();
  const artguard = await createArtGuard({
    detectors: [...options.detectors, ...(await readKnownWorks(options.known))],
    ...storageOf(options),
    ...(options.cloud ? await cloudParts(options.configuration) : localKnowledge(options.configuration)),
    ...(options.language !== undefined && { language: options.language }),
    concurrency,
    ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
  });
  const { stability, saveImages } = options;
  const judge = (path: string, index: number) =>
    judgeInput(artguard, path, files[index]!, { maxBytes: defaultImageLimits.maxBytes, stability, saveImages, signal });
  const bar = new ProgressBar(inputs.length, process.stderr);
  const outcomes: Outcome[] = [];
  try {
    // Twice as many inputs as analyses: a slow one at the head of the line then keeps no process idle.
    for await (const outcome of inOrder(inputs, 2 * concurrency, judge)) {
      if (signal.aborted) break;
      bar.advance(() => process.stdout.write(linesOf(outcome, options)));
      outcomes.push(withoutHeatmaps(outcome));
    }
    return outcomes;
  } finally {
    bar.clear();
    await artguard[Symbol.asyncDispose]();
  }
}

/** Who asks for an explanation sees it, and how it was written. */
function linesOf(outcome: Outcome, { json, cloud, language }: ScanOptions): string {
  if (json) return `${jsonLine(outcome)}\n`;
  const isExplained = cloud || language !== undefined;
  return isExplained ? `${textLine(outcome)}\n${explanationLine(outcome)}` : `${textLine(outcome)}\n`;
}

function storageOf({
  keep,
  configuration,
}: ScanOptions): Pick<ArtGuardOptions, "storage" | "analysisTable" | "userTable"> {
  if (!keep) return { storage: "memory" };
  // Who erased what is kept of "local" may keep something new at once: it is their own machine.
  const { folder, analysesTable } = configuration;
  return { storage: { folder }, analysisTable: analysesTable, userTable: false };
}

/** Makes the output folders and names the files of every input. */
function planFiles({ heatmaps, report }: ScanOptions, inputs: readonly string[]): InputFiles[] {
  for (const folder of [heatmaps, report]) if (folder !== undefined) makeFolder(folder);
  const heatmapNames = outputNames(inputs, "png");
  const reportNames = outputNames(inputs, "html", ["index"]);
  return inputs.map((_, index) => ({
    ...(heatmaps !== undefined && { heatmap: join(heatmaps, heatmapNames[index]!) }),
    ...(report !== undefined && { report: join(report, reportNames[index]!) }),
  }));
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`the folder ${folder} cannot be made: ${reasonOf(error)}`);
  }
}

/** Writes `index.html` and says where it is. @returns whether that went well, or was not asked for. */
async function writeIndex(outcomes: readonly Outcome[], { report, json, language }: ScanOptions): Promise<boolean> {
  if (report === undefined) return true;
  const path = join(report, "index.html");
  try {
    await atomicWrite(path, reportIndex(outcomes, language));
    (json ? process.stderr : process.stdout).write(`Report: ${path}\n`);
    return true;
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    process.stderr.write(
      `artguard: the report's index was not written: ${error.message} (${error.code}) ${error.fix}\n`,
    );
    return false;
  }
}

/** A batch may be long and heat maps are large; what is written is not needed again. */
function withoutHeatmaps(outcome: Outcome): Outcome {
  if (isFailed(outcome)) return outcome;
  const detections = outcome.analysis.detections.map(({ heatmap: _, ...detection }) => detection);
  return { ...outcome, analysis: { ...outcome.analysis, detections } };
}

function summaryOf(outcomes: readonly Outcome[], inputs: number, elapsedMs: number): string {
  const judged = outcomes.flatMap((outcome) => (isFailed(outcome) ? [] : [outcome.analysis.verdict]));
  const count = (verdict: string) => judged.filter((each) => each === verdict).length;
  const failed = outcomes.length - judged.length;
  return [
    `${inputs} ${inputs === 1 ? "image" : "images"}`,
    `${count("LIKELY_FORGED")} likely forged`,
    `${count("SUSPICIOUS")} suspicious`,
    `${count("AUTHENTIC")} without a sign of manipulation`,
    `${failed} failed`,
    ...(outcomes.length < inputs ? [`${inputs - outcomes.length} not reached`] : []),
    duration(elapsedMs),
  ].join(", ");
}

function statusOf(outcomes: readonly Outcome[], { failOn }: ScanOptions, signal: AbortSignal): number {
  if (signal.aborted) return exitStatus.interrupted;
  const met = outcomes.some(
    (outcome) => failOn !== undefined && !isFailed(outcome) && reaches(outcome.analysis.verdict, failOn),
  );
  if (met) return exitStatus.failOnMet;
  return outcomes.some(isFailed) ? exitStatus.someFailed : exitStatus.done;
}
