import {
  type Citation,
  citedEvidence,
  counterEvidence,
  type Detection,
  defaultPolicy,
  explanationOf,
  explanationSchema,
  explanationText,
  fuse,
  type Language,
  type Passage,
  reasonSentence,
  templateExplanation,
  type VerdictPolicy,
  weighFindings,
} from "@artguard/core";
import { cueArticle } from "@artguard/core/knowledge";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";
import { englishIn } from "./english-in.ts";
import { doubled } from "./vision-request.ts";

/** Without two ways to forge, so that what a detector says is its weight. */
const { alternatives: _alternatives, ...added } = defaultPolicy;
const policy: VerdictPolicy = {
  ...added,
  calibration: {
    ...defaultPolicy.calibration,
    families: { noise: 1, compression: 1, provenance: 1, duplication: 1, vision: 1 },
  },
};

const reasonCodes = [
  "decisive_finding",
  "single_family",
  "insufficient_evidence",
  "conflicting_evidence",
  "detectors_incomplete",
  "vision_bounded",
];

function judged(...detections: Detection[]) {
  const assessment = fuse(detections, policy);
  const findings = weighFindings(detections, assessment.contributions);
  return { assessment, findings, against: counterEvidence(detections, findings, assessment.contributions) };
}

const finding = (code: string, claim: string, more: object = {}) => ({
  code,
  claim,
  direction: "forged" as const,
  limitation: "Scenes can be staged.",
  ...more,
});

const explained = (language: Language, ...detections: Detection[]) =>
  templateExplanation({ ...judged(...detections), language });

/** A case with every kind of sentence. */
const everything = [
  { ...doubled, log_likelihood_ratio: 3 },
  detection("copy-move", "duplication", -Math.LN2),
  detection("of-my-own", "noise", 2, { findings: [finding("seam", "A seam of the joiner.")] }),
  detection("bedrock", "vision", 0.3, {
    findings: [
      finding("seen-1", "The shadow is wrong."),
      finding("instruction-in-image", "The picture holds text.", { direction: "neutral" }),
    ],
  }),
];

describe("templateExplanation", () => {
  it("says what speaks for and against forgery, its limits, and what would overturn it", () => {
    const { sentences, author, language } = explained("en", doubled, detection("copy-move", "duplication", -Math.LN2));
    expect([author, language]).toEqual(["template", "en"]);
    const texts = sentences.map(({ text }) => text);
    expect(texts[0]).toMatch(/^Forgery score \d+ of 100 \([A-Z_]+\)\. /);
    expect(texts).toContain(
      "For forgery: One region lacks an earlier compression. (A collage of one's own pictures looks the same. What would overturn it: The camera's own file.)",
    );
    expect(texts.join("\n")).toMatch(/^Against it: copy-move could judge this image and found no sign of forgery;/m);
  });

  it("cites the assessment, the finding with its place, and the article with what it says of false alarms", () => {
    const { sentences } = explained("en", doubled);
    expect(sentences[0]?.cites).toEqual([{ kind: "assessment" }]);
    expect(sentences.find(({ text }) => text.startsWith("For forgery"))?.cites).toEqual([
      { kind: "detector", detector: "double-quantization", code: "region-lacks-first-compression" },
      { kind: "region", region: { x: 200, y: 100, width: 80, height: 60, confidence: 0.9 } },
    ]);
    const article = cueArticle("double-quantization", "en");
    expect(sentences.at(-1)).toEqual({
      text: `${article?.title}. ${article?.limits} ${article?.falseAlarms}`,
      cites: [
        { kind: "detector", detector: "double-quantization" },
        { kind: "passage", source: "artguard:double-quantization", title: article?.title },
      ],
    });
  });

  it("does not warn of the false alarms of what speaks for the picture", () => {
    const clears = finding("no-copy", "Nothing occurs twice.", { direction: "authentic" });
    const text = explanationText(explained("en", detection("copy-move", "duplication", -1, { findings: [clears] })));
    expect(text).toContain(cueArticle("copy-move", "en")?.limits);
    expect(text).not.toContain(cueArticle("copy-move", "en")?.falseAlarms);
  });

  it("says in two sentences that several detectors looked and nothing was found", () => {
    const silent = ["copy-move", "jpeg-grid", "noise-level"].map((id, i) => detection(id, "noise", -1 + i / 10));
    expect(explained("en", ...silent).sentences.slice(1)).toEqual([
      { text: "No detector reported a finding.", cites: [{ kind: "assessment" }] },
      {
        text: "Against it: copy-move, jpeg-grid and noise-level could judge this image and found no sign of forgery; a forgery that leaves no such trace looks the same.",
        cites: [
          { kind: "detector", detector: "copy-move" },
          { kind: "detector", detector: "jpeg-grid" },
          { kind: "detector", detector: "noise-level" },
        ],
      },
    ]);
  });

  it("names what raises the score without a finding, and nothing that hardly does", () => {
    const leaning = [detection("resampling", "noise", 0.9), detection("copy-move", "duplication", 0.1)];
    expect(explained("en", ...leaning).sentences.slice(2)).toEqual([
      {
        text: "Leaning towards forgery, short of a finding: resampling.",
        cites: [{ kind: "detector", detector: "resampling" }],
      },
    ]);
    expect(explanationText(explained("es", ...leaning))).toContain(
      "Inclina la balanza hacia la falsificación, sin llegar a un hallazgo: resampling.",
    );
  });

  it("lets a model's own estimate speak for itself", () => {
    const modal = detection("modal", "remote-model", -1, { statistic: 0.2 });
    expect(explanationText(explained("en", modal))).toContain("gives it a probability of 0.20.");
    expect(explanationText(explained("es", modal))).toContain("da a la falsificación una probabilidad de 0,20");
  });

  it.each(["en", "es"] as const)(
    "gives every kind of sentence in the agreed form, each time the same (%s)",
    (language) => {
      const explanation = explained(language, ...everything);
      expect(explanationSchema.parse(explanation)).toEqual(explanation);
      expect(explained(language, ...everything)).toEqual(explanation);
      expect(explanation.sentences.length).toBeGreaterThanOrEqual(8);
      expect(explanationText(explanation)).toContain("bedrock");
    },
  );

  it("does not repeat a vision model's words, which may be in another language", () => {
    for (const language of ["en", "es"] as const) {
      const text = explanationText(explained(language, ...everything));
      expect(text).not.toContain("The shadow is wrong.");
      expect(text).toMatch(/vision model bedrock, whose weight is capped|modelo de visión bedrock, cuyo peso/);
    }
  });

  it("says that text in the picture tried to give orders", () => {
    const { sentences } = explained("es", ...everything);
    expect(sentences.filter(({ text }) => text.includes("parece una orden"))).toEqual([
      { text: expect.any(String), cites: [{ kind: "detector", detector: "bedrock", code: "instruction-in-image" }] },
    ]);
  });

  it("cites the passages of a knowledge base with source and score", () => {
    const passages: Passage[] = [
      { text: "…", source: "artguard:double-quantization", score: 7.5 },
      { text: "…", source: "museum/loans.md", title: "Loans\u202E", score: 3.25 },
    ];
    const { sentences } = templateExplanation({ ...judged(doubled), language: "en", passages });
    const cited = sentences.flatMap(({ cites }) => cites).filter(({ kind }) => kind === "passage");
    expect(cited).toEqual([
      expect.objectContaining({ source: "artguard:double-quantization", score: 7.5 }),
      { kind: "passage", source: "museum/loans.md", title: "Loans\u202E", score: 3.25 },
    ]);
    expect(sentences.at(-1)?.text).toBe("The knowledge base has more on this: “Loans”.");
  });

  it("keeps warnings, and characters that nobody sees out", () => {
    const bidi = detection("of-my-own", "noise", 2, { findings: [finding("x", "A \u202Eseam\u0007.")] });
    const explanation = templateExplanation({ ...judged(bidi), language: "en", warnings: ["No answer came."] });
    expect(explanation.warnings).toEqual(["No answer came."]);
    expect(explanationText(explanation)).toContain("A seam .");
  });
});

describe("the Spanish template", () => {
  it("has no English prose in it, whatever was found", () => {
    for (const reason of reasonCodes) {
      const parts = judged(...everything);
      const assessment = { ...parts.assessment, reasons: [reason] };
      expect(englishIn(templateExplanation({ ...parts, assessment, language: "es" }))).toEqual([]);
    }
    expect(englishIn(explained("es", detection("of-my-own", "noise", 0)))).toEqual([]);
  });

  it("is tested by a search that finds English", () => {
    const { sentences } = explained("en", ...everything);
    expect(englishIn({ sentences })).toHaveLength(sentences.length);
    expect(englishIn({ sentences: [{ text: "Una región lacks the rest." }] })).toHaveLength(1);
  });

  it("says the numbers and the place of a finding", () => {
    const claim =
      "The image was saved before at a JPEG quality near 70, but one region lacks that compression (expected false alarms below 1e-12).";
    const spliced = { ...doubled, findings: [{ ...doubled.findings[0]!, code: "single-quantized-region", claim }] };
    expect(explanationText(explained("es", spliced))).toContain(
      "A favor de la falsificación: La imagen ya se había guardado antes como JPEG, pero una región carece de esa compresión (calidad JPEG anterior: cerca de 70; falsas alarmas esperadas: menos de 1e-12; zona de 80 × 60 píxeles en x 200, y 100).",
    );
  });

  it("says which detectors found nothing", () => {
    const silent = ["copy-move", "jpeg-grid"].map((id) => detection(id, "duplication", -1));
    expect(explanationText(explained("es", silent[0]!))).toContain(
      "En contra: el detector copy-move pudo juzgar la imagen y no la acusa; una falsificación",
    );
    expect(explanationText(explained("es", ...silent))).toContain(
      "En contra: los detectores copy-move y jpeg-grid pudieron juzgar la imagen y no la acusan; una falsificación",
    );
  });

  it("says a number below zero", () => {
    const claim = "The embedded EXIF thumbnail shows another picture than the image (similarity -0.01 of 1).";
    const differs = detection("provenance", "provenance", 2, { findings: [finding("thumbnail-mismatch", claim)] });
    expect(explanationText(explained("es", differs))).toContain("(semejanza: -0,01 de 1)");
  });

  it("falls back to the article of a detector, and without one names detector and direction", () => {
    const text = explanationText(explained("es", ...everything));
    const article = cueArticle("double-quantization", "es");
    expect(text).toContain(`A favor de la falsificación: ${article?.title}. ${article?.meaning.slice(0, -1)} (zona`);
    expect(text).toContain("El detector of-my-own halló indicios de falsificación.");
    const signed = detection("of-my-own", "noise", -2, {
      findings: [finding("x", "Fine.", { direction: "authentic" })],
    });
    expect(explanationText(explained("es", signed))).toContain("El detector of-my-own halló indicios de autenticidad.");
  });

  it("names a reason that it does not know", () => {
    expect(reasonSentence("of_my_own", "es")).toBe("Otro motivo: of_my_own.");
    expect(reasonSentence("of_my_own")).toBe("of_my_own");
    for (const reason of reasonCodes) expect(reasonSentence(reason, "es")).not.toContain(reason);
  });
});

describe("explanationOf", () => {
  const { assessment, findings, against } = judged(...everything);
  const explanation = { ...explained("en", doubled), author: "a-model" };
  const analysis = {
    request_id: "an_1",
    status: "COMPLETED" as const,
    ...assessment,
    findings,
    counter_evidence: against,
    explanation,
  };

  it("is the stored one in its own language, and by default", () => {
    expect(explanationOf(analysis)).toBe(explanation);
    expect(explanationOf(analysis, "en")).toBe(explanation);
  });

  it("is written from the stored evidence in another language, and for records without one", () => {
    const spanish = templateExplanation({ assessment, findings, against, language: "es" });
    expect(explanationOf(analysis, "es")).toEqual(spanish);
    const { explanation: _, ...old } = analysis;
    expect(explanationOf(old)).toEqual(templateExplanation({ assessment, findings, against, language: "en" }));
  });

  it("is refused for an analysis without a result", () => {
    expect(() => explanationOf({ request_id: "an_1", status: "PROCESSING" })).toThrow(
      expect.objectContaining({ code: "analysis.not-completed", message: expect.stringContaining("PROCESSING") }),
    );
  });
});

describe("citedEvidence", () => {
  const { assessment, findings, against } = judged(...everything);
  const analysis = { ...assessment, findings, counter_evidence: against, detections: everything };
  const kinds = (cite: Citation) => citedEvidence(cite, analysis).map(({ kind }) => kind);

  it("is what the template's citations stand for, never nothing", () => {
    const { sentences } = explained("en", ...everything);
    const evidence = sentences.map(({ cites }) => cites.flatMap((cite) => citedEvidence(cite, analysis)));
    expect(evidence.filter((each) => each.length === 0)).toEqual([]);
    expect(evidence[0]).toEqual([
      {
        kind: "assessment",
        forgery_score: assessment.forgery_score,
        verdict: assessment.verdict,
        policy_version: assessment.policy_version,
      },
    ]);
    const accused = sentences.findIndex(({ text }) => text.includes("One region lacks"));
    expect(evidence[accused]).toMatchObject([
      { kind: "finding", detector: "double-quantization", weight: 3 },
      { kind: "region", region: { x: 200 } },
    ]);
  });

  it("is all that a detector says when no finding is named, also its silence", () => {
    expect(kinds({ kind: "detector", detector: "bedrock" })).toEqual(["finding", "finding"]);
    expect(kinds({ kind: "detector", detector: "bedrock", code: "seen-1" })).toEqual(["finding"]);
    expect(citedEvidence({ kind: "detector", detector: "copy-move" }, analysis)).toMatchObject([
      { kind: "silence", weight: -Math.LN2 },
    ]);
  });

  it("is how a detector ended that has nothing to say", () => {
    const still = detection("jpeg-grid", "compression", 0, { status: "not_applicable", reason: "It is small." });
    expect(citedEvidence({ kind: "detector", detector: "jpeg-grid" }, { ...analysis, detections: [still] })).toEqual([
      { kind: "detector", detector: "jpeg-grid", status: "not_applicable", reason: "It is small." },
    ]);
    expect(kinds({ kind: "detector", detector: "unknown" })).toEqual(["detector"]);
  });
});
