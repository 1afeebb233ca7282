import {
  exportManifest,
  isArtGuardError,
  type TrainingContext,
  type TrainingLabel,
  trainingLabels,
  uploadDataset,
} from "@artguard/core";
import { ChildProcessExaminer, resolveLimits } from "@artguard/core/image";
import { printable } from "../printable.ts";
import { ProgressBar } from "../progress-bar.ts";
import { openStores, type Stores } from "../stores/open-stores.ts";
import { parseStoreCommand, placeOf } from "../stores/store-options.ts";
import { reportFailure } from "../stores/with-artguard.ts";
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
  try {
    await using stores = await openStores(placeOf(values), { create: action === "upload" });
    if (action === "manifest") return await printManifest(stores, dataset);
    if (!folder) throw new UsageError("--dataset-path must name a folder of images");
    const preprocess = !values["no-preprocess"];
    return await upload(stores, { folder, dataset, preprocess, ...(label && { label }) }, json);
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), json);
    return 1;
  }
}

async function upload(
  { raw, processedTraining }: Stores,
  what: Parameters<typeof uploadDataset>[1],
  json: boolean,
): Promise<number> {
  await using examiner = new ChildProcessExaminer({ concurrency: 1 });
  const context: TrainingContext = { raw, processed: processedTraining, examiner, limits: resolveLimits(), deadlineMs };
  const counts = { uploaded: 0, present: 0, refused: 0 };
  let bar: ProgressBar | undefined;
  for await (const file of uploadDataset(context, what)) {
    bar ??= new ProgressBar(file.total, process.stderr);
    counts[file.status]++;
    const reason = file.error ? `: ${printable(file.error.message)} (${file.error.code})` : "";
    bar.advance(() =>
      process.stdout.write(
        json ? `${JSON.stringify(file)}\n` : `${file.status.padEnd(8)} ${printable(file.path)}${reason}\n`,
      ),
    );
  }
  bar?.clear();
  const summary = `${counts.uploaded} uploaded, ${counts.present} there already, ${counts.refused} refused\n`;
  (json ? process.stderr : process.stdout).write(summary);
  return counts.refused > 0 ? 1 : 0;
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
