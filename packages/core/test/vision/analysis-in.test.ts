import { type Analysis, analysisIn } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { judgedAnalysis } from "../report/judged-analysis.ts";
import { englishIn } from "./english-in.ts";

const said = (analysis: Analysis) => [
  ...(analysis.findings ?? []).flatMap(({ claim, limitation }) => [claim, limitation]),
  ...(analysis.counter_evidence ?? []).flatMap(({ claim, limitation }) => [claim, limitation]),
  ...(analysis.detections ?? []).flatMap(({ reason }) => reason ?? []),
  ...(analysis.stability?.variants ?? []).map(({ description }) => description),
  analysis.ai_analysis ?? "",
];

describe("analysisIn", () => {
  it("says in Spanish what the record says, and keeps all that is measured", () => {
    const [analysis, spanish] = [judgedAnalysis(), analysisIn(judgedAnalysis(), "es")];
    expect(englishIn({ sentences: said(spanish).map((text) => ({ text })) })).toEqual([]);
    expect(englishIn({ sentences: said(analysis).map((text) => ({ text })) }).length).toBeGreaterThan(10);
    expect(spanish.explanation?.language).toBe("es");
    const measured = ({ weight, detector, code }: NonNullable<Analysis["findings"]>[number]) => [
      weight,
      detector,
      code,
    ];
    expect(spanish.findings.map(measured)).toEqual(analysis.findings.map(measured));
    expect(spanish).toMatchObject({ verdict: analysis.verdict, regions: analysis.regions, sha256: analysis.sha256 });
  });

  it("says in ArtGuard's words what a model saw, and that text in the picture gave orders", () => {
    const { findings } = analysisIn(judgedAnalysis("my own text"), "es");
    const of = (code: string) => findings.find((finding) => finding.code === code);
    expect(of("seen-1")?.claim).toMatch(/^El modelo de visión a-model, cuyo peso tiene un tope, ve indicios/);
    expect(of("instruction-in-image")?.claim).toContain("parece una orden para un modelo");
    expect(of("seam")?.claim).toBe("El detector of-my-own halló indicios de falsificación.");
    expect(JSON.stringify(findings)).not.toContain("my own text");
  });

  it("is the record itself in the language that it was stored in", () => {
    const analysis = analysisIn(judgedAnalysis(), "en");
    expect(analysis).toMatchObject({ explanation: { language: "en", author: "template" } });
    expect(analysisIn(analysis, "en")).toBe(analysis);
    const spanish = analysisIn(analysis, "es");
    expect(analysisIn(spanish, "es").explanation).toBe(spanish.explanation);
  });

  it("leaves a record without a result as it is", () => {
    const { request_id, created_at, filename, content_type, size_bytes } = judgedAnalysis();
    const failed = { request_id, created_at, filename, content_type, size_bytes, status: "FAILED" as const };
    expect(analysisIn(failed, "es")).toEqual(failed);
  });
});
