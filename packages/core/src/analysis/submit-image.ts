import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { sniffFormat } from "../image/sniff-format.ts";
import type { Language } from "../vision/explanation.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext, AnalysisStorage } from "./analysis-context.ts";
import { announceWork } from "./announce-work.ts";
import { type Alongside, createRecord, newRecord, type RecordOptions } from "./create-record.ts";
import { examineQuietly } from "./examine-image.ts";
import { keepImage } from "./keep-image.ts";

/** Options of a submitted analysis. */
export interface SubmitOptions extends RecordOptions {
  /** Milliseconds from the start of work to the last detector; default that of the ArtGuard that does the work. */
  deadlineMs?: number;
  /** Also probe whether the verdict outlives a messenger app. */
  stability?: boolean;
  /** Of the explanation; default that of the ArtGuard that does the work. */
  language?: Language;
  /** False leaves remote detectors, vision model and knowledge base of that ArtGuard out; default true. */
  remote?: boolean;
}

/**
 * Leaves an analysis to be done by `processOpenWork`, here or elsewhere. Its input is held until it ends, at most 24 h.
 *
 * @param alongside Done in the transaction that creates the record.
 * @returns the PENDING record.
 * @throws ArtGuardError `image.empty`, `image.too-large`, `image.unsupported-format` for bytes that no worker could
 * judge, `analysis.consent-required`; nothing is stored then.
 */
export async function submitImage(
  bytes: Uint8Array,
  options: SubmitOptions,
  context: AnalysisContext,
  alongside?: Alongside,
): Promise<Analysis> {
  const { maxBytes } = context.limits;
  if (bytes.length > maxBytes) {
    throw new ArtGuardError("image.too-large", `the file has ${bytes.length} bytes, the limit is ${maxBytes}`);
  }
  const format = sniffFormat(bytes);
  const pending = { ...newRecord(bytes, options, context), job: jobOf(options) };
  const { images } = await context.storage();
  const held = await images.hold(pending, bytes, format);
  const record = createRecord({ ...pending, ...held }, options, context, alongside);
  const { outcome, analysis } = await record.catch(async (error) => {
    await images.deleteAll(pending);
    throw error;
  });
  if (outcome !== "admitted") await images.deleteAll(pending);
  // Also when it is asked for again: the first announcement may have been lost.
  if (analysis.status === "PENDING") await announceWork(analysis, context);
  return analysis;
}

/**
 * Does the work of a claimed record.
 *
 * @returns the attributes of the result.
 * @throws ArtGuardError `image.*`, `analysis.input-missing`, `analysis.consent-required`
 */
export async function performAnalysis(
  record: Analysis,
  signal: AbortSignal,
  context: AnalysisContext,
): Promise<Partial<Analysis>> {
  const bytes = await inputOf(record, await context.storage());
  const { deadline_ms, stability, save_image, language, remote } = record.job ?? {};
  const options = { deadlineMs: deadline_ms, stability, saveImage: save_image, language, remote, signal };
  const examination = await examineQuietly(bytes, record, options, context);
  const saved = save_image ? await keepImage(bytes, record, examination, context) : {};
  return { ...examination.analysis, ...saved };
}

function jobOf({ deadlineMs, stability, saveImage, language, remote }: SubmitOptions): NonNullable<Analysis["job"]> {
  return {
    ...(deadlineMs !== undefined && { deadline_ms: deadlineMs }),
    ...(stability !== undefined && { stability }),
    ...(saveImage !== undefined && { save_image: saveImage }),
    ...(language !== undefined && { language }),
    ...(remote !== undefined && { remote }),
  };
}

async function inputOf({ request_id, input_object }: Analysis, { images }: AnalysisStorage): Promise<Uint8Array> {
  const gone = (cause?: unknown) =>
    new ArtGuardError("analysis.input-missing", `the input of analysis ${request_id} no longer exists`, { cause });
  if (!input_object) throw gone();
  try {
    return await images.read(input_object);
  } catch (error) {
    throw isArtGuardError(error, "storage.not-found") ? gone(error) : error;
  }
}
