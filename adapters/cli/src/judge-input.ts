import {
  type AnalyzeOptions,
  type ArtGuard,
  ArtGuardError,
  type CompletedAnalysis,
  type Consent,
  epochMillisecondsSchema,
  fuseHeatmaps,
  isArtGuardError,
} from "@artguard/core";
import { encodePng, type ImageInfo, type PreprocessedImage, renderHeatmap } from "@artguard/core/image";
import { evidencePage, overlaysOf } from "@artguard/core/report";
import { atomicWrite } from "./atomic-write.ts";
import type { Outcome } from "./outcome.ts";
import { readInput } from "./read-input.ts";
import { localUser } from "./stores/local-user.ts";

/** Paths of the files to write for one input; absent when not asked for. */
export interface InputFiles {
  readonly heatmap?: string;
  readonly report?: string;
}

interface Examination {
  readonly analysis: CompletedAnalysis;
  readonly info: ImageInfo;
  readonly preview?: PreprocessedImage;
}

/** Judges one input and writes its files. Never throws: what went wrong is the outcome. */
export async function judgeInput(
  artguard: ArtGuard,
  path: string,
  files: InputFiles,
  options: { maxBytes: number; stability: boolean; saveImages: boolean; signal: AbortSignal },
): Promise<Outcome> {
  try {
    const bytes = await readInput(path, options.maxBytes);
    const { stability, signal, saveImages } = options;
    const saving = saveImages ? { saveImage: true, consent: consentNow() } : {};
    const preview = files.report !== undefined;
    const examination = await examine(artguard, bytes, {
      filename: path,
      userId: localUser,
      preview,
      stability,
      signal,
      ...saving,
    });
    const written = await writeFiles(examination, path, files);
    return { path, analysis: examination.analysis, ...written };
  } catch (error) {
    return { path, error: (isArtGuardError(error) ? error : unexpected(error)).toJSON() };
  }
}

/** Who asks for an image to be kept on their own machine consents to just that. */
function consentNow(): Consent {
  const granted_at = epochMillisecondsSchema.parse(Date.now());
  return { purpose: "image_storage", policy_version: "command-line", granted_at };
}

async function examine(artguard: ArtGuard, bytes: Uint8Array, options: AnalyzeOptions): Promise<Examination> {
  let info: ImageInfo | undefined;
  let image: PreprocessedImage | undefined;
  for await (const event of artguard.analyzeStream(bytes, options)) {
    if (event.type === "inspected") info = event.info;
    if (event.type === "preprocessed") image = event.image;
    if (event.type === "completed" && info) return { analysis: event.analysis, info, ...(image && { preview: image }) };
  }
  throw new ArtGuardError("detection.failed", "the analysis ended without a result");
}

/** @returns what was written: no page without a picture to show, when the deadline came before it was made. */
async function writeFiles(
  { analysis, info, preview }: Examination,
  path: string,
  { heatmap, report }: InputFiles,
): Promise<InputFiles> {
  if (heatmap !== undefined) {
    const picture = renderHeatmap(fuseHeatmaps(analysis.detections, info), info);
    await atomicWrite(heatmap, await encodePng(picture));
  }
  const hasPage = report !== undefined && preview !== undefined;
  if (hasPage) {
    const overlays = await overlaysOf(analysis.detections, info);
    await atomicWrite(report, evidencePage({ name: path, analysis, preview, overlays, index: "index.html" }));
  }
  return { ...(heatmap !== undefined && { heatmap }), ...(hasPage && { report }) };
}

function unexpected(error: unknown): ArtGuardError {
  return new ArtGuardError("detection.failed", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
