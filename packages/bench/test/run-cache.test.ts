import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DetectorRun } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { afterAll, describe, expect, it } from "vitest";
import { detectorDigest } from "../src/detector-digest.ts";
import { RunCache } from "../src/run-cache.ts";

const folder = mkdtempSync(join(tmpdir(), "artguard-cache-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run: DetectorRun = {
  id: "jpeg-grid",
  family: "compression",
  version: "1.0.0",
  status: "ok",
  elapsed_ms: 3,
  observation: {
    applicable: true,
    statistic: 2,
    heatmap: { width: 2, height: 2, scale: 8, data: Float32Array.of(0, 0.5, 0.25, 1) },
    regions: [],
    findings: [],
  },
};

describe("RunCache", () => {
  const cache = new RunCache(folder);

  it("gives back what was written, with the heat map only when it is asked for", () => {
    expect(cache.read(run.id, "image", true)).toBeUndefined();
    cache.write(run, "image");
    const map = cache.read(run.id, "image", true)!.observation!.heatmap!;
    expect([...map.data].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0, 0.5, 0.25, 1]);
    expect(map.data[1]).toBe(0.5);
    const { heatmap: _, ...rest } = run.observation!;
    expect(cache.read(run.id, "image", false)).toEqual({ ...run, observation: rest });
  });

  it("keeps runs that found nothing to measure", () => {
    const silent: DetectorRun = { ...run, status: "not_applicable", reason: "Too small." };
    const { observation: _, ...stored } = silent;
    cache.write(stored, "small");
    expect(cache.read(run.id, "small", true)).toEqual(stored);
  });
});

describe("detectorDigest", () => {
  it("tells every default detector from every other, by its code", () => {
    const digests = forensicDetectors().map(({ id }) => detectorDigest(id));
    expect(new Set(digests).size).toBe(digests.length);
    expect(detectorDigest("jpeg-grid")).toBe(detectorDigest("jpeg-grid"));
  });
});
