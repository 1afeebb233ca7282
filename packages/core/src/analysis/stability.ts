import { z } from "zod";
import { type Detection, evidenceFamilies } from "../detection/detection.ts";
import { fuse, isDecisive, weighFindings } from "../fusion/fuse.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import { verdicts } from "../fusion/verdict.ts";
import type { Finding } from "./analysis.ts";

const findingNameSchema = z.object({ detector: z.string(), code: z.string() });

/** What became of the evidence of an image in one of its variants. */
const stabilityComparisonSchema = z.object({
  verdict: z.enum(verdicts),
  forgery_score: z.number().min(0).max(100),
  /** Whether the verdict is the same; null when detectors did not finish. */
  verdict_survives: z.boolean().nullable(),
  findings: z.object({
    /** Evidence for forgery that is still seen. */
    survived: z.array(findingNameSchema),
    died: z.array(findingNameSchema.extend({ because: z.string() })),
    /** Their detectors did not finish on the variant. */
    unknown: z.array(findingNameSchema),
    /** Evidence for forgery that the image itself did not give. */
    appeared: z.array(findingNameSchema),
  }),
  /** Families that support forgery in the image itself. */
  families: z.object({
    survived: z.array(z.enum(evidenceFamilies)),
    died: z.array(z.enum(evidenceFamilies)),
    unknown: z.array(z.enum(evidenceFamilies)),
  }),
});
/** What became of the evidence of an image in one of its variants. */
export type StabilityComparison = z.infer<typeof stabilityComparisonSchema>;

/** One variant of an image, and what became of the evidence: `not_run` when the time was up before, or `failed`. */
const stabilityVariantSchema = z.object({
  id: z.string(),
  /** In English words, to be read after "after". */
  description: z.string(),
  status: z.enum(["ok", "incomplete", "not_run", "failed"]),
  comparison: stabilityComparisonSchema.optional(),
  error: z.object({ code: z.string(), message: z.string(), fix: z.string() }).optional(),
  elapsed_ms: z.number().nonnegative(),
});
/** One variant of an image, and what became of the evidence. */
export type StabilityVariant = z.infer<typeof stabilityVariantSchema>;

/** Whether the verdict of an image outlives what messenger apps do to it. */
export const stabilityReportSchema = z.object({
  /** Ids of the detectors that were asked again. */
  detectors: z.array(z.string()),
  /** Ids of those that were not, because they are slow or were not chosen: their evidence is not compared. */
  not_probed: z.array(z.string()),
  /** Of all detectors, for the image itself. */
  verdict: z.enum(verdicts),
  /** What the probed detectors alone make of the image itself: what the variants are compared with. */
  baseline: z.object({ verdict: z.enum(verdicts), forgery_score: z.number().min(0).max(100) }),
  variants: z.array(stabilityVariantSchema),
  /** Null when it could not be found out: detectors were late, or those that carry the verdict were not asked again. */
  survives_messenger: z.boolean().nullable(),
  /** The answer in English sentences. */
  summary: z.string(),
});
/** See {@link stabilityReportSchema}. */
export type StabilityReport = z.infer<typeof stabilityReportSchema>;

/**
 * Compares the evidence of an image and of its variant, as the same detectors see them: a pure function.
 *
 * @example
 * const sent = await artguard.analyze(await readFile("as-the-messenger-sent-it.jpg"));
 * const { verdict } = compareStability(analysis.detections, sent.detections, defaultPolicy);
 */
export function compareStability(
  image: readonly Detection[],
  variant: readonly Detection[],
  policy: VerdictPolicy,
): StabilityComparison {
  const [before, after] = [fuse(image, policy), fuse(variant, policy)];
  const unfinished = new Set(variant.filter(isUnfinished).map(({ id }) => id));
  const [seen, seenAfter] = [accusations(image, policy), accusations(variant, policy)];
  const lost = seen.filter((finding) => !seenAfter.some((other) => isSame(finding, other)));
  return {
    verdict: after.verdict,
    forgery_score: after.forgery_score,
    verdict_survives: unfinished.size === 0 ? before.verdict === after.verdict : null,
    findings: {
      survived: seen.filter((finding) => !lost.includes(finding)).map(nameOf),
      died: lost
        .filter(({ detector }) => !unfinished.has(detector))
        .map((finding) => ({ ...nameOf(finding), because: causeOfDeath(finding, variant) })),
      unknown: lost.filter(({ detector }) => unfinished.has(detector)).map(nameOf),
      appeared: seenAfter.filter((finding) => !seen.some((other) => isSame(finding, other))).map(nameOf),
    },
    families: compareFamilies(image, variant, policy),
  };
}

function compareFamilies(image: readonly Detection[], variant: readonly Detection[], policy: VerdictPolicy) {
  const supporting = (detections: readonly Detection[]) =>
    fuse(detections, policy)
      .contributions.filter(({ log_odds }) => log_odds >= policy.supporting_log_odds)
      .map(({ family }) => family);
  const [before, after] = [supporting(image), supporting(variant)];
  const unfinished = new Set(variant.filter(isUnfinished).map(({ family }) => family));
  const lost = before.filter((family) => !after.includes(family));
  return {
    survived: before.filter((family) => after.includes(family)),
    died: lost.filter((family) => !unfinished.has(family)),
    unknown: lost.filter((family) => unfinished.has(family)),
  };
}

/** Findings that speak for forgery, or decide alone. */
export function accusations(detections: readonly Detection[], policy: VerdictPolicy): Finding[] {
  const decisive = detections.filter((detection) => isDecisive(detection, policy));
  return weighFindings(detections, fuse(detections, policy).contributions).filter(
    ({ weight, detector, code }) =>
      weight > 0 || decisive.some((detection) => detection.id === detector && detection.decisive === code),
  );
}

function nameOf({ detector, code }: Finding): z.infer<typeof findingNameSchema> {
  return { detector, code };
}

function isSame(a: Finding, b: Finding): boolean {
  return a.detector === b.detector && a.code === b.code;
}

function causeOfDeath({ detector, code }: Finding, variant: readonly Detection[]): string {
  const after = variant.find(({ id }) => id === detector);
  if (after?.status === "not_applicable") return after.reason ?? `${detector} no longer applies.`;
  if (after?.findings.some((finding) => finding.code === code)) return `${detector} sees too little to have a say.`;
  return `${detector} no longer sees it.`;
}

/** True for a detection whose detector did not come to an end. */
export function isUnfinished({ status }: Detection): boolean {
  return status === "failed" || status === "timed_out" || status === "skipped";
}

/** Says in words whether a verdict outlives a messenger app, and which evidence died of what. */
export function summarizeStability({
  verdict,
  baseline,
  variants,
  survives_messenger: survives,
  not_probed,
}: Omit<StabilityReport, "summary">): string {
  const answer = survives === null ? "not known" : survives ? "yes" : "no";
  const deaths = variants.flatMap(({ description, comparison }) =>
    (comparison?.findings.died ?? []).map(({ detector, code }) => ({ name: `${detector}/${code}`, description })),
  );
  const names = [...new Set(deaths.map(({ name }) => name))];
  const obituaries = names.map((name) => {
    const causes = deaths.filter((death) => death.name === name).map(({ description }) => description);
    return `${name} died after ${causes.join("; after ")}.`;
  });
  const missing = variants.filter(({ status }) => status !== "ok").map(({ id }) => id);
  return [
    `Does the verdict ${verdict} survive a messenger app: ${answer}.`,
    ...(baseline.verdict === verdict
      ? []
      : [`The detectors that were asked again do not carry it alone; not asked: ${not_probed.join(", ")}.`]),
    ...obituaries,
    ...(missing.length > 0 ? [`Not fully probed: ${missing.join(", ")}.`] : []),
  ].join(" ");
}
