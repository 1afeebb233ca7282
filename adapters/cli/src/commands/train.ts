import { exportManifest, type TrainingContext, type UploadedFile, uploadDataset } from "@artguard/core";
import { ChildProcessExaminer, resolveLimits } from "@artguard/core/image";
import type { Call } from "../command-line/declare-command.ts";
import type { trainManifestCommand, trainUploadCommand } from "../declarations/training.ts";
import { printable } from "../printable.ts";
import { ProgressBar } from "../progress-bar.ts";
import type { Stores } from "../stores/open-stores.ts";
import { withStores } from "../stores/with-artguard.ts";

const deadlineMs = 60_000;

/**
 * `artguard train upload`: a folder of labelled images into the training store.
 *
 * @returns the exit status: 1 when some files were refused.
 * @throws UsageError
 */
export async function upload({ values }: Call<typeof trainUploadCommand>): Promise<number> {
  const { "dataset-name": dataset, "dataset-path": folder, label, json } = values;
  const what = { folder, dataset, preprocess: !values["no-preprocess"], ...(label && { label }) };
  return await withStores(values, { create: true }, (stores) => uploadFolder(stores, what, json));
}

/** `artguard train manifest`: the preprocessed images of a dataset as JSON Lines. @throws UsageError */
export async function manifest({ values }: Call<typeof trainManifestCommand>): Promise<number> {
  return await withStores(values, { create: false }, (stores) => printManifest(stores, values["dataset-name"]));
}

async function uploadFolder(
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
