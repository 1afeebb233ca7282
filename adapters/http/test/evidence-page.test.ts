import { ArtGuardError, type Detector } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { halfDetector, httpPlace } from "./http-place.ts";

interface Answered {
  readonly request_id: string;
  readonly ai_analysis: string;
  readonly explanation: { readonly language: string };
}
type Answer = Response | Promise<Response>;
const json = async (answer: Answer) => (await (await answer).json()) as Answered;
const pageOf = async (answer: Answer) => (await answer).text();

describe("the evidence page of an analysis", () => {
  it("is an attachment that loads nothing, with its heat maps while they are at hand", async () => {
    const { upload, as } = await httpPlace();
    const { request_id } = await json(upload("ada"));
    const answer = await as("ada", `/v1/analyses/${request_id}/evidence.html`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="artguard-${request_id}.html"`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; img-src data:;.*script-src 'sha256-.*frame-ancestors 'none'; sandbox allow-scripts$/,
    );
    expect(policy).not.toMatch(/https?:|unsafe|\*/);
    const page = await answer.text();
    expect(page).toContain("<h1>portrait.png</h1>");
    expect(page).toContain('data-overlay="all"');
    expect(page).toContain('data-overlay="half"');
    expect(page).toMatch(/<img class="frame" src="data:[^"]+" width="30" height="20"/);
    expect(page).not.toMatch(/(?:src|href)="(?!data:)/);
  });

  it("speaks the language that is asked for, and no other", async () => {
    const { upload, as } = await httpPlace();
    const { request_id } = await json(upload("ada"));
    const path = `/v1/analyses/${request_id}/evidence.html`;
    expect(await pageOf(as("ada", path))).toContain('<html lang="en">');
    expect(await pageOf(as("ada", `${path}?language=es`))).toContain("<h2>Detectores</h2>");
    expect((await as("ada", `${path}?language=tlh`)).status).toBe(400);
  });

  it("is there without heat maps for what another process or another day has made", async () => {
    const { upload, as, artguard } = await httpPlace();
    const { request_id } = await json(upload("ada", { headers: { prefer: "respond-async" } }));
    const path = `/v1/analyses/${request_id}/evidence.html`;
    expect((await as("ada", path)).status).toBe(409);
    await artguard.processSubmitted(request_id);
    const page = await pageOf(as("ada", path));
    expect(page).toContain("no longer at hand");
    expect(page).not.toContain('class="overlay"');
  });

  it("has the kept heat map of an image that another process analysed, and never that of an earlier result", async () => {
    const { upload, as, artguard } = await httpPlace();
    const overlaysOf = async (id: string) =>
      (await pageOf(as("ada", `/v1/analyses/${id}/evidence.html`))).match(/data-overlay="[^"]+"/g);
    const elsewhere = await json(upload("ada", { query: "?save_image=true", headers: { prefer: "respond-async" } }));
    await artguard.processSubmitted(elsewhere.request_id);
    expect(await overlaysOf(elsewhere.request_id)).toEqual(['data-overlay="all"']);
    const here = await json(upload("ada", { query: "?save_image=true" }));
    expect(await overlaysOf(here.request_id)).toEqual(['data-overlay="all"', 'data-overlay="half"']);
    await artguard.reanalyze(here.request_id);
    expect(await overlaysOf(here.request_id)).toEqual(['data-overlay="all"']);
  });

  it("is refused for what has no result, and to everybody else", async () => {
    const failing: Detector = {
      ...halfDetector(),
      detect: async () => {
        throw new ArtGuardError("detection.failed", "no");
      },
    };
    const { upload, as, storeAnalysis } = await httpPlace({ detectors: [failing] });
    await storeAnalysis("old", "ada");
    const refused = await as("ada", "/v1/analyses/old/evidence.html");
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: { details: { reason: "analysis.not-completed" } } },
    ]);
    const { request_id } = await json(upload("ada"));
    expect((await as("rex", `/v1/analyses/${request_id}/evidence.html`)).status).toBe(404);
    expect((await as("ada", `/v1/analyses/${request_id}/evidence.html`)).status).toBe(200);
  });
});

describe("an analysis in a language", () => {
  it("says findings and explanation in it, and by default as they were stored", async () => {
    const { upload, as } = await httpPlace();
    const { request_id, ai_analysis } = await json(upload("ada"));
    const inLanguage = (language: string) => json(as("ada", `/v1/analyses/${request_id}?language=${language}`));
    const spanish = await inLanguage("es");
    expect(spanish.explanation.language).toBe("es");
    expect(spanish.ai_analysis).toMatch(/^Puntuación de falsificación/);
    expect((await inLanguage("en")).ai_analysis).toBe(ai_analysis);
    expect(await json(as("ada", `/v1/analyses/${request_id}`))).toMatchObject({ ai_analysis });
    expect((await as("ada", `/v1/analyses/${request_id}?language=tlh`)).status).toBe(400);
  });
});
