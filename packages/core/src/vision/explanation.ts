import { z } from "zod";
import { regionSchema } from "../detection/detection.ts";

/** Languages in which a result can be explained (ISO 639-1). */
export const languages = ["en", "es"] as const;
/** See {@link languages}. */
export type Language = (typeof languages)[number];

/** What a sentence of an explanation rests on. */
export const citationSchema = z.discriminatedUnion("kind", [
  /** The score, the verdict and its reasons. */
  z.object({ kind: z.literal("assessment") }),
  /** A detector of this analysis, or one finding of it by its code. */
  z.object({ kind: z.literal("detector"), detector: z.string(), code: z.string().optional() }),
  /** A place in pixels of the oriented image. */
  z.object({ kind: z.literal("region"), region: regionSchema }),
  /** A passage of a knowledge base; `score` is that base's own measure of relevance. */
  z.object({
    kind: z.literal("passage"),
    source: z.string(),
    title: z.string().optional(),
    score: z.number().optional(),
  }),
]);
/** See {@link citationSchema}. */
export type Citation = z.infer<typeof citationSchema>;

/** A result in sentences, each with the evidence it rests on; `ai_analysis` is their text in a row. */
export const explanationSchema = z.object({
  language: z.enum(languages),
  /** `template` when it was written from the evidence alone, else the version of the vision model. */
  author: z.string(),
  sentences: z.array(z.object({ text: z.string().min(1), cites: z.array(citationSchema).min(1) })).min(1),
  /** What could not be had while it was written, e.g. that the vision model did not answer; one sentence each. */
  warnings: z.array(z.string()),
});
/** See {@link explanationSchema}. */
export type Explanation = z.infer<typeof explanationSchema>;
