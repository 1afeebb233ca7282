import { z } from "zod";
import { detectionSchema, evidenceFamilies, observedFindingSchema, regionSchema } from "../detection/detection.ts";
import { verdicts } from "../fusion/verdict.ts";
import { userIdTextSchema } from "../user/user-id.ts";
import { explanationSchema } from "../vision/explanation.ts";
import { counterEvidenceSchema } from "./counter-evidence.ts";
import { disputeShape } from "./dispute.ts";
import { analysisStatuses } from "./lifecycle.ts";
import { openWorkShape } from "./open-work.ts";
import { stabilityReportSchema } from "./stability.ts";
import { stageSchema } from "./stage.ts";
import { storedImageShape } from "./stored-image.ts";
import { epochMillisecondsSchema } from "./time.ts";
import { unfinishedSchema } from "./unfinished.ts";

/** Which engines took part, in the spec's words; derived from the detections. */
export const legacyModels = ["local", "bedrock", "modal", "bedrock+modal"] as const;

/** A finding with the weight that fusion gave it. */
export const findingSchema = observedFindingSchema.extend({
  /** Id of the detector that saw it. */
  detector: z.string(),
  /**
   * What it added to the fused log-odds: positive speaks for forgery, negative for authenticity.
   * Findings of one detector share its contribution; 0 for findings that only inform.
   */
  weight: z.number(),
});
/** See {@link findingSchema}. */
export type Finding = z.infer<typeof findingSchema>;

const recordSchema = z.object({
  // Spec, table 1.
  /** Part of object keys; `#` marks the other kinds of item of the table. */
  request_id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/),
  created_at: epochMillisecondsSchema,
  /** Absent, or `anon#` and something random, for anonymous callers: they must not share one history. */
  user_id: userIdTextSchema.optional(),
  status: z.enum(analysisStatuses),
  filename: z.string(),
  content_type: z.string(),
  size_bytes: z.number().int().nonnegative(),
  timestamp_iso: z.string().optional(),
  image_saved: z.boolean().optional(),
  raw_image_url: z.string().optional(),
  processed_image_url: z.string().optional(),
  forgery_score: z.number().min(0).max(100).optional(),
  verdict: z.enum(verdicts).optional(),
  ai_analysis: z.string().optional(),
  model: z.enum(legacyModels).optional(),
  error_message: z.string().optional(),
});

/** The opinion part of a finished analysis: a pure function of detections and policy. */
export const assessmentSchema = z.object({
  /** `100·σ(fused log-odds)`, unrounded: 0 authentic … 100 forged. */
  forgery_score: z.number().min(0).max(100),
  verdict: z.enum(verdicts),
  /** Why the verdict is not simply what the score says, e.g. `insufficient_evidence`, `single_family`. */
  reasons: z.array(z.string()),
  /** Calibrated interval of the score, 0–100. */
  confidence: z.object({ low: z.number().min(0).max(100), high: z.number().min(0).max(100) }),
  /** Share of the configured evidence families that could judge this image, 0–1. */
  coverage: z.number().min(0).max(1),
  /** 1 when all opinions point the same way, 0 when they cancel out. */
  agreement: z.number().min(0).max(1),
  /** Fused log-odds by family; they and the prior add up to the score. */
  contributions: z.array(
    z.object({
      family: z.enum(evidenceFamilies),
      /** The family's strongest detector. */
      detector: z.string(),
      log_odds: z.number(),
      /** What each detector added, where relatives count in part; they add up to `log_odds`. */
      detectors: z.array(z.object({ detector: z.string(), log_odds: z.number() })).optional(),
    }),
  ),
  policy_version: z.string(),
});
/** See {@link assessmentSchema}. */
export type Assessment = z.infer<typeof assessmentSchema>;

/**
 * The record of one analysis: the attributes of the spec's table 1 and what the result is made of.
 * A record is valid in every state; a COMPLETED one carries the assessment (see {@link completedAnalysisSchema}).
 */
export const analysisSchema = recordSchema.extend({
  /** Lower-case hex SHA-256 of the judged bytes. */
  sha256: z.string().optional(),
  /** 16 hexadecimal digits by which copies of this picture are found again; absent for one too flat. See `findSimilar`. */
  perceptual_hash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** Pixels of the oriented image. */
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  ...assessmentSchema.partial().shape,
  detections: z.array(detectionSchema).optional(),
  /** All findings, strongest weight first. */
  findings: z.array(findingSchema).optional(),
  /** What speaks against forgery, strongest first, also detectors that could judge and found nothing. */
  counter_evidence: z.array(counterEvidenceSchema).optional(),
  /** The result in sentences, each with what it rests on; `ai_analysis` is their text. */
  explanation: explanationSchema.optional(),
  /**
   * Suspicious places in pixels of the oriented image: the regions of the fused heat map with their outlines, as of the
   * detector `fused`, then the boxes of the single detectors; each strongest first.
   */
  regions: z.array(regionSchema.extend({ detector: z.string() })).optional(),
  /** What took how long and cost how much. */
  stages: z.array(stageSchema).optional(),
  /** Remote detectors whose answer was late; `resume` merges it. Absent when there are none. */
  unfinished: z.array(unfinishedSchema).min(1).optional(),
  /** Versions of ArtGuard and of every detector, by name. */
  engine_versions: z.record(z.string(), z.string()).optional(),
  /** Whether the verdict outlives recompression, resizing and cropping; only when asked for. */
  stability: stabilityReportSchema.optional(),
  /** Why it is FAILED; `error_message` repeats its message. */
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      fix: z.string(),
      /** The same request may succeed later. */
      retryable: z.boolean(),
      detector_id: z.string().optional(),
    })
    .optional(),
  elapsed_ms: z.number().nonnegative().optional(),
  /** Money spent on paid models, in US dollars. */
  cost_usd: z.number().nonnegative().optional(),
  /** When this result was made; later than `created_at` by the work, or by years after `reanalyze`. */
  analyzed_at: epochMillisecondsSchema.optional(),
  /** 1 for the first result; `reanalyze` adds 1 and keeps the earlier results. */
  version_number: z.number().int().positive().optional(),
  /** Attributes that hold less here than the analysis found, because an item has at most 400 KB. Absent: all is here. */
  truncated: z.array(z.string()).optional(),
  ...storedImageShape,
  ...disputeShape,
  ...openWorkShape,
});
/** See {@link analysisSchema}. */
export type Analysis = z.infer<typeof analysisSchema>;

/** A finished analysis: everything that a result consists of is present. */
export const completedAnalysisSchema = analysisSchema
  .required({
    timestamp_iso: true,
    forgery_score: true,
    verdict: true,
    ai_analysis: true,
    model: true,
    sha256: true,
    width: true,
    height: true,
    reasons: true,
    confidence: true,
    coverage: true,
    agreement: true,
    contributions: true,
    policy_version: true,
    detections: true,
    findings: true,
    regions: true,
    engine_versions: true,
    elapsed_ms: true,
    cost_usd: true,
  })
  .extend({ status: z.literal("COMPLETED") });
/** See {@link completedAnalysisSchema}. */
export type CompletedAnalysis = z.infer<typeof completedAnalysisSchema>;
