import {
  exportManifest,
  type TrainingContext,
  type TrainingLabel,
  trainingLabels,
  type UploadedFile,
  uploadDataset,
} from "@artguard/core";
import { ChildProcessExaminer, resolveLimits } from "@artguard/core/image";
import { printable } from "../printable.ts";
import { ProgressBar } from "../progress-bar.ts";
import type { Stores } from "../stores/open-stores.ts";
import { parseStoreCommand } from "../stores/store-options.ts";
import { withStores } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

const options = {
  "dataset-path": { type: "string" },
  "dataset-name": { type: "string" },
  label: { type: "string" },
  "no-preprocess": { type: "boolean", default: false },
} as const;

const deadlineMs = 60_000;

/**
 * `artguard train upload`: a folder of labelled images into the training store. `artguard train manifest`: its
 * preprocessed images as JSON Lines.
 *
 * @returns the exit status: 1 when some files were refused.
 * @throws UsageError
 */
export async function train(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, options);
  const [action, ...more] = positionals;
  const { "dataset-name": dataset, "dataset-path": folder, json } = values;
  if (!dataset || more.length > 0) throw new UsageError("--dataset-name must name a dataset, such as authentic_v1");
  if (action !== "upload" && action !== "manifest") throw new UsageError("train takes upload or manifest");
  const label = chosenLabel(values.label);
  if (action === "manifest")
    return await withStores(values, { create: false }, (stores) => printManifest(stores, dataset));
  if (!folder) throw new UsageError("--dataset-path must name a folder of images");
  const what = { folder, dataset, preprocess: !values["no-preprocess"], ...(label && { label }) };
  return await withStores(values, { create: true }, (stores) => upload(stores, what, json));
}

async function upload(
  { raw, processedTraining }: Stores,
  what: Parameters<typeof uploadDataset>[1],
  json: boolean,
): Promise<number> {
  const examiner = new ChildProcessExaminer({ concurrency: 1 });
  const context: TrainingContext = { raw, processed: processedTraining, examiner, limits: resolveLimits(), deadlineMs };
  const counts = { uploaded: 0, present: 0, refused: 0 };
  let bar: ProgressBar | undefined;
  try {
    for await (const file of uploadDataset(context, what)) {
      bar ??= new ProgressBar(file.total, process.stderr);
      counts[file.status]++;
      bar.advance(() => process.stdout.write(`${json ? JSON.stringify(file) : lineOf(file)}\n`));
    }
  } finally {
    bar?.clear();
    await examiner[Symbol.asyncDispose]();
  }
  const summary = `${counts.uploaded} uploaded, ${counts.present} there already, ${counts.refused} refused\n`;
  (json ? process.stderr : process.stdout).write(summary);
  return counts.refused > 0 ? 1 : 0;
}

function lineOf({ path, status, error }: UploadedFile): string {
  const reason = error ? `: ${printable(error.message)} (${error.code})` : "";
  return `${status.padEnd(8)} ${printable(path)}${reason}`;
}

async function printManifest({ processedTraining: processed }: Stores, dataset: string): Promise<number> {
  for await (const entry of exportManifest({ processed }, dataset)) process.stdout.write(`${JSON.stringify(entry)}\n`);
  return 0;
}

function chosenLabel(value: string | undefined): TrainingLabel | undefined {
  const label = trainingLabels.find((known) => known === value);
  if (value === undefined || label) return label;
  throw new UsageError(`--label takes ${trainingLabels.join(" or ")}, got "${value}"`);
}
