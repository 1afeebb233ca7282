import { type CompletedAnalysis, completedAnalysisSchema, type Language } from "@artguard/core";
import { encodePng } from "@artguard/core/image";
import { evidencePage, evidencePagePolicy, type Overlay } from "@artguard/core/report";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";
import { englishIn } from "../vision/english-in.ts";
import { judgedAnalysis } from "./judged-analysis.ts";

const grey = { width: 4, height: 3, data: new Uint8Array(12).fill(200) };
const overlays: readonly Overlay[] = [
  { id: "all", displayOnly: false, png: await encodePng(grey) },
  { id: "error-level", displayOnly: true, png: await encodePng(grey) },
];

function pageOf(analysis: CompletedAnalysis, more: Partial<Parameters<typeof evidencePage>[0]> = {}): string {
  return evidencePage({ name: "retrato.jpg", analysis, overlays, ...more });
}

/** What a reader gets to read or to hear. */
function textOf(page: string): string[] {
  const body = page
    .slice(page.indexOf("<body>"))
    .replace(/<(script|svg class="definitions").*?<\/(?:script|svg)>/gs, " ");
  const heard = [...body.matchAll(/(?:alt|aria-label|aria-valuetext)="([^"]*)"/g)].flatMap(([, text = ""]) => text);
  const read = body.replace(/<code>[^<]*<\/code>/g, " ").split(/<[^>]+>/);
  return [...heard, ...read].map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text));
}

/** Codes, media types and the names of findings are the same in every language. */
const names = /[\w-]+[/.][\w/.-]+\w/g;
const english = (page: string) =>
  englishIn({ sentences: textOf(page).map((text) => ({ text: text.replace(names, "") })) });

describe("evidencePage", () => {
  it("speaks English, and Spanish without a word of English, whatever there is to say", () => {
    const analysis = judgedAnalysis();
    const spanish = pageOf(analysis, { language: "es" });
    expect(spanish).toContain('<html lang="es">');
    expect(english(spanish)).toEqual([]);
    for (const section of ["Procedencia", "Estabilidad", "Historia según", "Manifiestos", "En contra", "Detectores"])
      expect(textOf(spanish).join("\n")).toContain(section);
    expect(english(pageOf(analysis)).length).toBeGreaterThan(40);
  });

  it("writes numbers and dates as the language does", () => {
    const [spanish, plain] = (["es", "en"] as const).map((language) => pageOf(judgedAnalysis(), { language }));
    expect(spanish).toContain("1.234.567 bytes");
    expect(spanish).toMatch(/29 de noviembre de 2026.*UTC, en 2,5 s/);
    expect(spanish).toMatch(/A favor de la falsificación \(\+\d,\d\d\)/);
    expect(plain).toContain("1,234,567 bytes");
    expect(plain).toMatch(/29 November 2026.*UTC, in 2\.5 s/);
    expect(plain).toMatch(/Speaks for forgery \(\+\d\.\d\d\)/);
  });

  it("is by default in the language of the explanation that was stored", () => {
    const analysis = judgedAnalysis();
    const inLanguage = (language: Language) => {
      const explanation = {
        language,
        author: "a-model",
        sentences: [{ text: "Sí.", cites: [{ kind: "assessment" as const }] }],
      };
      return pageOf({ ...analysis, explanation: { ...explanation, warnings: [] } });
    };
    expect(inLanguage("es")).toContain('<html lang="es">');
    expect(inLanguage("en")).toContain('<html lang="en">');
  });

  it("shows an empty frame and the outlines where picture and heat maps are gone", () => {
    const page = pageOf(judgedAnalysis(), { overlays: undefined });
    expect(page).toMatch(/<img class="frame" src="data:image\/svg\+xml;base64,[^"]+" width="400" height="300"/);
    expect(page).toContain("no longer at hand");
    expect(page).toContain('id="boxes"');
    expect(page).not.toContain('id="fade"');
    expect(pageOf(judgedAnalysis(), { overlays: [] })).toContain("No detector localised anything");
  });

  it("shows the picture that it is given, and links the index where there is one", () => {
    const preview = { content_type: "image/jpeg" as const, bytes: new Uint8Array([1, 2, 3]), width: 40, height: 30 };
    const page = pageOf(judgedAnalysis(), { preview: { ...preview, scale: 10 } as never, index: "index.html" });
    expect(page).toContain('<img src="data:image/jpeg;base64,AQID" width="40" height="30"');
    expect(page).toContain('<a href="index.html">');
    expect(pageOf(judgedAnalysis())).not.toContain("index.html");
  });

  it("shows nothing of provenance that it does not understand", () => {
    const strange = detection("provenance", "provenance", 0, { measurements: { report: { content_credentials: 7 } } });
    const analysis = { ...judgedAnalysis(), detections: [strange] };
    expect(pageOf(analysis)).not.toContain("<h2>Provenance</h2>");
  });

  it("lets nothing from outside become markup", () => {
    const hostile = `<img src=x onerror="document.title='owned'">`;
    const page = pageOf(judgedAnalysis(hostile), { name: hostile });
    expect(page.split("&lt;img src=x").length).toBeGreaterThan(12);
    expect(page).not.toContain("<img src=x");
    const careless = page.replaceAll("&lt;", "<");
    expect(careless).toContain("<img src=x");
  });

  it("says the policy that its head has", () => {
    expect(pageOf(judgedAnalysis())).toContain(evidencePagePolicy.replaceAll("'", "&#39;"));
    expect(evidencePagePolicy).toMatch(/^default-src 'none'; img-src data:; style-src 'sha256-/);
  });
});

describe("the analysis that these pages show", () => {
  it("is a complete one", () => {
    expect(() => completedAnalysisSchema.parse(judgedAnalysis())).not.toThrow();
  });
});
