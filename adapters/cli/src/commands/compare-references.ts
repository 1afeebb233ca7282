import { type ErrorRecord, type ForensicImage, isArtGuardError } from "@artguard/core";
import { ChildProcessExaminer, defaultImageLimits, type Examiner, openIsolated } from "@artguard/core/image";
import { compareToReferences, type StyleComparison } from "@artguard/forensics";
import { collectInputs } from "../collect-inputs.ts";
import { printable } from "../printable.ts";
import { readInput } from "../read-input.ts";

interface SkippedReference {
  readonly path: string;
  readonly error: ErrorRecord;
}

/**
 * `artguard compare --references`: how consistent a picture of an artwork is with reference pictures of its artist.
 * References that cannot be read are named and left out.
 *
 * @returns the exit status.
 */
export async function compareReferences(path: string, references: string, json: boolean): Promise<number> {
  const examiner = new ChildProcessExaminer({ concurrency: 1 });
  const skipped: SkippedReference[] = [];
  try {
    const image = await open(path, examiner);
    const comparison = await compareToReferences(image, opened(references, examiner, skipped));
    const result = { path, comparison, skipped_references: skipped };
    process.stdout.write(`${json ? JSON.stringify(result) : textOf(path, comparison, skipped)}\n`);
    return 0;
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    const { code, message, fix } = error.toJSON();
    const text = `${printable(path)}: FAILED ${printable(message)} (${code}) ${printable(fix)}`;
    process.stdout.write(`${json ? JSON.stringify({ path, error: { code, message, fix } }) : text}\n`);
    return 1;
  } finally {
    await examiner[Symbol.asyncDispose]();
  }
}

async function open(path: string, examiner: Examiner): Promise<ForensicImage> {
  return await openIsolated(examiner, await readInput(path, defaultImageLimits.maxBytes));
}

async function* opened(
  folder: string,
  examiner: Examiner,
  skipped: SkippedReference[],
): AsyncGenerator<ForensicImage, void, undefined> {
  for (const path of collectInputs([folder])) {
    try {
      yield await open(path, examiner);
    } catch (error) {
      if (!isArtGuardError(error)) throw error;
      skipped.push({ path, error: error.toJSON() });
    }
  }
}

function textOf(path: string, comparison: StyleComparison, skipped: readonly SkippedReference[]): string {
  const head = comparison.comparable
    ? `${printable(path)}: consistency percentile ${comparison.percentile.toFixed(1)} against ${comparison.reference_distances.length} references`
    : `${printable(path)}: not comparable (${comparison.code}): ${comparison.reason}`;
  const controls = comparison.controls.map(
    ({ name, image, references: { low, high } }) =>
      `  ${name.padEnd(11)} ${image.toFixed(1)} (references ${low.toFixed(1)} to ${high.toFixed(1)})`,
  );
  const left = skipped.map(({ path: name, error }) => `  left out ${printable(name)}: ${printable(error.message)}`);
  return [head, ...controls, ...left, comparison.limitation].join("\n");
}
