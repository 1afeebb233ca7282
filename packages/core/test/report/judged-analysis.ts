import {
  type CompletedAnalysis,
  compareStability,
  counterEvidence,
  type Detection,
  defaultPolicy,
  epochMillisecondsSchema,
  fuse,
  type StabilityReport,
  weighFindings,
} from "@artguard/core";
import { detection } from "../fixtures/detection.ts";
import { doubled } from "../vision/vision-request.ts";

const policy = {
  ...defaultPolicy,
  calibration: {
    ...defaultPolicy.calibration,
    families: { noise: 1, compression: 1, provenance: 1, duplication: 1, vision: 1 },
  },
};
const moment = Date.UTC(2026, 10, 29, 17, 0, 0);

/** An analysis in which everything that a page can show occurs. @param text From outside, wherever it can stand. */
export function judgedAnalysis(text = "texto"): CompletedAnalysis {
  const detections = detectionsWith(text);
  const assessment = fuse(detections, policy);
  const findings = weighFindings(detections, assessment.contributions);
  return {
    ...assessment,
    request_id: "an_1",
    created_at: epochMillisecondsSchema.parse(moment),
    timestamp_iso: new Date(moment).toISOString(),
    status: "COMPLETED",
    filename: text,
    content_type: "image/jpeg",
    size_bytes: 1_234_567,
    sha256: "0".repeat(64),
    width: 400,
    height: 300,
    ai_analysis: text,
    model: "local",
    detections,
    findings,
    counter_evidence: counterEvidence(detections, findings, assessment.contributions),
    regions: [
      {
        detector: "fused",
        x: 1,
        y: 2,
        width: 30,
        height: 40,
        confidence: 0.9,
        polygon: [
          [1, 2],
          [31, 2],
          [31, 42],
        ],
      },
    ],
    stability: stabilityOf(detections),
    engine_versions: { "@artguard/core": "0.0.0" },
    elapsed_ms: 2500,
    cost_usd: 0,
  };
}

function detectionsWith(text: string): Detection[] {
  const own = (code: string, direction: "forged" | "authentic" | "neutral") => ({
    code,
    claim: `A seam of ${text}.`,
    direction,
    limitation: `Scenes of ${text} can be staged.`,
    overturned_by: `The file of ${text}.`,
  });
  return [
    { ...doubled, log_likelihood_ratio: 3 },
    detection("copy-move", "duplication", -Math.LN2),
    detection("of-my-own", "noise", 2, { findings: [own("seam", "forged")] }),
    detection("jpeg-grid", "compression", 0, { findings: [own("shifted-jpeg-grid", "neutral")] }),
    detection("a-model", "vision", 0.3, {
      findings: [own("seen-1", "forged"), own("instruction-in-image", "neutral")],
    }),
    detection("noise-level", "noise", 0, {
      status: "not_applicable",
      reason: "The image is smaller than 64 px.",
      score: null,
    }),
    detection("resampling", "noise", 0, {
      status: "failed",
      score: null,
      error: { code: "detection.failed", message: "the detector threw", fix: "Report it." },
    }),
    detection("provenance", "provenance", 0, {
      measurements: { report: provenanceWith(text), thumbnail_similarity: 0.25 },
    }),
  ];
}

function provenanceWith(text: string) {
  const manifest = {
    title: text,
    claim_generator: text,
    issuer: text,
    signed_at: null,
    actions: [text],
    digital_source_types: [text],
  };
  const lost = { title: null, relationship: null, failures: [], manifest: null };
  const broken = { title: text, relationship: text, failures: [text], manifest: { ...manifest, ingredients: [lost] } };
  return {
    media_type: null,
    content_credentials: {
      integrity: "tampered",
      signer: "expired",
      failures: [text],
      identity_failures: [text],
      bad_ingredient: true,
      remote_url: text,
      active_manifest: { ...manifest, ingredients: [broken] },
    },
    generator: { name: text, field: text, excerpt: text },
    digital_source_types: [text],
    camera: { make: text, model: null },
    software: [text],
    created: text,
    modified: null,
    history: [{ action: text, software: text }],
  };
}

function stabilityOf(detections: readonly Detection[]): StabilityReport {
  const gone = detections.map((each) =>
    each.id === "of-my-own" ? { ...each, findings: [] } : each.id === doubled.id ? unsuitable(each) : each,
  );
  const { verdict, forgery_score } = fuse(detections, policy);
  const common = { elapsed_ms: 1, error: { code: "image.undecodable", message: "no image", fix: "Another one." } };
  return {
    detectors: ["of-my-own"],
    not_probed: ["copy-move"],
    verdict,
    baseline: { verdict: "SUSPICIOUS", forgery_score },
    survives_messenger: null,
    summary: "Does the verdict survive a messenger app: not known.",
    variants: [
      {
        id: "messenger",
        description: "resizing to 75 % and saving as JPEG 75",
        status: "incomplete",
        comparison: compareStability(detections, gone, policy),
        elapsed_ms: 1,
      },
      { id: "jpeg-75", description: "saving as JPEG 75", status: "failed", ...common },
      {
        id: "crop-5",
        description: "cutting 5 % off every side and saving as JPEG 90",
        status: "not_run",
        elapsed_ms: 0,
      },
    ],
  };
}

function unsuitable(each: Detection): Detection {
  return { ...each, status: "not_applicable", reason: "The image is nearly constant.", findings: [] };
}
