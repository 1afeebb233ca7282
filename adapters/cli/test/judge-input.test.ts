import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ArtGuard, createArtGuard, type ProgressEvent } from "@artguard/core";
import { afterAll, describe, expect, it } from "vitest";
import { judgeInput } from "../src/judge-input.ts";
import { reportIndex } from "../src/report-index.ts";

const untouched = fileURLToPath(new URL("../../../examples/images/untouched.jpg", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "artguard-judge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An ArtGuard whose time is up before the copy for people is made. */
function withoutPreview(artguard: ArtGuard): ArtGuard {
  async function* analyzeStream(...args: Parameters<ArtGuard["analyzeStream"]>): AsyncGenerator<ProgressEvent, void> {
    for await (const event of artguard.analyzeStream(...args)) if (event.type !== "preprocessed") yield event;
  }
  return { ...artguard, analyzeStream };
}

describe("judgeInput", () => {
  it("names only the files that it wrote", async () => {
    await using artguard = await createArtGuard({ detectors: [], storage: "memory", isolation: "none" });
    const files = { heatmap: join(folder, "a.png"), report: join(folder, "a.html") };
    const options = { maxBytes: 1e8, stability: false, saveImages: false, signal: new AbortController().signal };
    const outcome = await judgeInput(withoutPreview(artguard), untouched, files, options);
    expect(outcome).toMatchObject({ heatmap: files.heatmap });
    expect(outcome).not.toHaveProperty("report");
    expect([files.heatmap, files.report].map(existsSync)).toEqual([true, false]);
    expect(reportIndex([outcome])).not.toContain("<a ");
    expect(await judgeInput(artguard, untouched, files, options)).toMatchObject(files);
    expect(existsSync(files.report)).toBe(true);
  });
});
