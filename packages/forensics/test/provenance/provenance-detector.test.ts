import type { Detector, Observation } from "@artguard/core";
import { openForensicImage } from "@artguard/core/image";
import { developmentData } from "@artguard/development-data";
import { provenanceDetector } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { png, textChunk } from "./png.ts";

const data = developmentData();
const pixels = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(200) };
const signal = new AbortController().signal;

async function observe(bytes: Uint8Array, detector: Detector = provenanceDetector()) {
  return await detector.detect(await openForensicImage(bytes), { signal });
}

describe("provenanceDetector", () => {
  it("does not apply to a file that says nothing: absence is no evidence", async () => {
    expect(await observe(png(pixels))).toEqual({ applicable: false, reason: expect.stringContaining("says nothing") });
  });

  it("decides by the settings of an image generator", async () => {
    const settings = textChunk("tEXt", "parameters", "a hill\nSteps: 20, Sampler: Euler, Seed: 7");
    expect(await observe(png(pixels, [settings]))).toMatchObject({
      applicable: true,
      statistic: 4,
      decisive: "generator-settings",
      findings: [
        { code: "generator-settings", direction: "forged", limitation: expect.stringContaining("not signed") },
      ],
    });
  });

  describe.skipIf(!data)("on development files", () => {
    const findings = async (path: string) => {
      const row = data!.rows.find((candidate) => candidate.path === `provenance/${path}`)!;
      return (await observe(data!.read(row))) as Observation;
    };

    it("decides by a signed declaration of a generative model", async () => {
      const observation = await findings("real-world-c2pa/openai-ea3d56eb592b.png");
      expect(observation.decisive).toBe("declared-generated-signed");
    });

    it("suspects a file that was changed after signing, without deciding alone", async () => {
      const observation = await findings("c2pa-rs/XCA.jpg");
      expect(observation.findings.map(({ code }) => code)).toContain("manifest-tampered");
      expect(observation.statistic).toBeGreaterThan(3);
      expect(observation.decisive).toBeUndefined();
    });

    it("does not hold an intact manifest of an unknown signer for or against the image", async () => {
      expect((await findings("c2pa-rs/C.jpg")).statistic).toBe(0);
    });

    const thumbnails = data?.rows.filter(({ set }) => set === "exif-thumbnails") ?? [];
    const cameras = data?.rows.filter(({ set }) => set === "cameras") ?? [];
    it.each([...thumbnails, ...cameras].map((row) => [row.path, row] as const))(
      "tells whether the thumbnail of %s shows the same picture",
      async (_, row) => {
        const observation = await observe(data!.read(row));
        const codes = observation.applicable ? observation.findings.map(({ code }) => code) : [];
        expect(codes.includes("thumbnail-mismatch")).toBe(row.expect === "thumbnail-mismatch");
      },
    );
  });
});
