import {
  type AnalyzeOptions,
  type ArtGuard,
  ArtGuardError,
  type CompletedAnalysis,
  fuseHeatmaps,
  isArtGuardError,
} from "@artguard/core";
import { encodePng, type ImageInfo, type PreprocessedImage, renderHeatmap } from "@artguard/core/image";
import { atomicWrite } from "./atomic-write.ts";
import type { Outcome } from "./outcome.ts";
import { readInput } from "./read-input.ts";
import { evidencePage } from "./report/evidence-page.ts";
import { overlaysOf } from "./report/overlays.ts";

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
  options: { maxBytes: number; stability: boolean; signal: AbortSignal },
): Promise<Outcome> {
  try {
    const bytes = await readInput(path, options.maxBytes);
    const { stability, signal } = options;
    const preview = files.report !== undefined;
    const examination = await examine(artguard, bytes, { filename: path, preview, stability, signal });
    await writeFiles(examination, path, files);
    return { path, analysis: examination.analysis, ...files };
  } catch (error) {
    return { path, error: (isArtGuardError(error) ? error : unexpected(error)).toJSON() };
  }
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

async function writeFiles({ analysis, info, preview }: Examination, path: string, files: InputFiles): Promise<void> {
  if (files.heatmap !== undefined) {
    const picture = renderHeatmap(fuseHeatmaps(analysis.detections, info), info);
    await write(files.heatmap, await encodePng(picture));
  }
  if (files.report !== undefined && preview) {
    const overlays = await overlaysOf(analysis, info);
    await write(files.report, evidencePage({ path, analysis, preview, overlays }));
  }
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await atomicWrite(path, content);
  } catch (error) {
    throw new ArtGuardError("storage.write-failed", `${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function unexpected(error: unknown): ArtGuardError {
  return new ArtGuardError("detection.failed", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
