import { z } from "zod";

/**
 * Groups of detectors that look at the same trace and therefore err together.
 * Inside a family the strongest opinion counts and others in part; between families opinions add up.
 */
export const evidenceFamilies = [
  "provenance",
  "compression",
  "noise",
  "duplication",
  "generation",
  "learned",
  "reference",
  "remote-model",
  "vision",
  "display",
] as const;
/** One family of evidence. `display` is shown and never scored. */
export type EvidenceFamily = (typeof evidenceFamilies)[number];

/**
 * How a detector ended: `ok` measured; `not_applicable` the image cannot carry this trace; `failed` it threw;
 * `timed_out` it was stopped at its deadline; `skipped` it never began (deadline or earlier stop).
 */
export const detectionStatuses = ["ok", "not_applicable", "failed", "timed_out", "skipped"] as const;

/** A place in pixels, as a rectangle and maybe an outline, with the detector's own confidence that it is forged. */
export const regionSchema = z.object({
  x: z.number().int().nonnegative(),
  y: z.number().int().nonnegative(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** 0–1; 0.5 is the point of indifference. */
  confidence: z.number().min(0).max(1),
  /** Corners `[x, y]` of a closed outline inside the box, clockwise in the stored raster; without it the box is all. */
  polygon: z
    .array(z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]))
    .min(3)
    .optional(),
});
/** See {@link regionSchema}. */
export type Region = z.infer<typeof regionSchema>;

/** One sentence of evidence. */
export const observedFindingSchema = z.object({
  /** Stable `kebab-case` name of the finding, unique within its detector. */
  code: z.string(),
  /** What was seen, in one English sentence. */
  claim: z.string(),
  direction: z.enum(["forged", "authentic", "neutral"]),
  /** What this observation cannot show, in one English sentence. */
  limitation: z.string(),
  /** What would overturn this observation, in one English sentence: how a reader could check it. */
  overturned_by: z.string().optional(),
  /** Where it was seen, if it has a place. */
  region: regionSchema.optional(),
});
/** See {@link observedFindingSchema}. */
export type ObservedFinding = z.infer<typeof observedFindingSchema>;

/**
 * A map of suspicion on a coarser grid than the image.
 * Cell (i, j) covers pixels `[i·scale, (i+1)·scale) × [j·scale, (j+1)·scale)` of the raster; the last cells may overhang.
 */
export interface Heatmap {
  /** Cells per row: `ceil(raster width / scale)`. */
  width: number;
  /** Rows of cells: `ceil(raster height / scale)`. */
  height: number;
  /** Pixels per cell side. */
  scale: number;
  /** Row-major, 0–1: the probability that the cell is forged; 0.5 is the point of indifference. */
  data: Float32Array;
}

/** What JSON can say. */
export type JsonValue = z.core.util.JSONType;

/** What a detector saw when the image can carry its trace. */
export interface Observation {
  applicable: true;
  /** The detector's raw measure; higher is more suspicious. Calibration gives it its meaning. */
  statistic: number;
  /** The code of a finding that is strong enough to condemn the image alone, for example a signed AI declaration. */
  decisive?: string;
  heatmap?: Heatmap;
  /** In raster pixels, strongest first. Empty when nothing is localised. */
  regions: Region[];
  findings: ObservedFinding[];
  /** Named measurements for the evidence page and for benchmarks. */
  measurements?: Record<string, JsonValue>;
}

/** The image cannot carry the trace this detector looks for (format, size, quality, saturation, flatness). */
export interface NotApplicable {
  applicable: false;
  /** One English sentence: why. */
  reason: string;
}

/** A heat map travels as data: `data` is a `Float32Array` in memory and an array of numbers in JSON. */
export const heatmapSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  scale: z.number().int().positive(),
  data: z.custom<Float32Array>((value) => value instanceof Float32Array),
}) satisfies z.ZodType<Heatmap>;

/** What became of one detector in one analysis: its observation, calibrated. */
export const detectionSchema = z.object({
  /** The detector's id. */
  id: z.string(),
  family: z.enum(evidenceFamilies),
  version: z.string(),
  status: z.enum(detectionStatuses),
  /** The detector's raw measure; only when `status` is `ok`. */
  statistic: z.number().optional(),
  /** Natural logarithm of P(statistic | forged) / P(statistic | authentic), within ±4; 0 for display detectors. */
  log_likelihood_ratio: z.number().min(-4).max(4).optional(),
  /** `100·σ(log_likelihood_ratio)`: this detector alone, at even prior odds. Null when it did not measure. */
  score: z.number().min(0).max(100).nullable(),
  /** Code of the finding that decides alone, if any. */
  decisive: z.string().optional(),
  /** Why it is not applicable. */
  reason: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string(), fix: z.string() }).optional(),
  /** In the frame of the stored raster (EXIF orientation not applied). */
  heatmap: heatmapSchema.optional(),
  regions: z.array(regionSchema),
  findings: z.array(observedFindingSchema),
  measurements: z.record(z.string(), z.json()).optional(),
  elapsed_ms: z.number().nonnegative(),
});
/** See {@link detectionSchema}. */
export type Detection = z.infer<typeof detectionSchema>;
