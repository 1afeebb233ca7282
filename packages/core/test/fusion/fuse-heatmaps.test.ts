import {
  type Detection,
  defaultPolicy,
  fuseHeatmaps,
  type Heatmap,
  policyOf,
  type VerdictPolicy,
} from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const size = { width: 128, height: 96 };

function mapOf(scale: number, valueAt: (x: number, y: number) => number, { width, height } = size): Heatmap {
  const cells = { width: Math.ceil(width / scale), height: Math.ceil(height / scale) };
  const data = Float32Array.from({ length: cells.width * cells.height }, (_, i) =>
    valueAt(i % cells.width, Math.floor(i / cells.width)),
  );
  return { ...cells, scale, data };
}

const detection = (heatmap: Heatmap | undefined, more: Partial<Detection> = {}): Detection => ({
  id: "any",
  family: "noise",
  version: "1.0.0",
  status: "ok",
  statistic: 1,
  log_likelihood_ratio: 2,
  score: null,
  regions: [],
  findings: [],
  elapsed_ms: 0,
  ...(heatmap && { heatmap }),
  ...more,
});

/** The default policy with families that all have a say. */
const policy: VerdictPolicy = {
  ...defaultPolicy,
  calibration: { ...defaultPolicy.calibration, families: { noise: 1, compression: 1, duplication: 1 } },
};
/** The same without the Markov field: cells as they are summed up. */
const cellwise: VerdictPolicy = { ...policy, heatmap: { ...policy.heatmap!, sweeps: 0 } };

const inBlock = (x: number, y: number) => x >= 4 && x < 9 && y >= 3 && y < 8;
const block = (inside: number, outside = 0) => mapOf(8, (x, y) => (inBlock(x, y) ? inside : outside));
const marked = ({ data }: Heatmap) => data.filter((value) => value > 0.5).length;
const logit = (p: number) => Math.log(p / (1 - p));

describe("fuseHeatmaps, cell by cell", () => {
  it("believes a detector up to the log-odds that its opinion of the image earns", () => {
    const fused = fuseHeatmaps([detection(block(1), { log_likelihood_ratio: 1.5 })], size, cellwise)!;
    expect(logit(fused.data[5 * fused.width + 6]!)).toBeCloseTo(1.5, 4);
    expect(logit(fused.data[0]!)).toBeCloseTo(policy.heatmap!.silent_log_odds, 4);
  });

  it("never lets one detector exceed the clamp of the policy", () => {
    const fused = fuseHeatmaps([detection(block(1), { log_likelihood_ratio: 4 })], size, cellwise)!;
    expect(logit(Math.max(...fused.data))).toBeCloseTo(policy.heatmap!.maximum_cell_log_odds, 3);
  });

  it("adds independent opinions and lets contrary ones cancel out", () => {
    const opinions = (one: number, other: number) =>
      fuseHeatmaps(
        [
          detection(mapOf(8, () => one)),
          detection(
            mapOf(8, () => other),
            { id: "b", family: "compression" },
          ),
        ],
        size,
        cellwise,
      )!.data[0]!;
    const alone = fuseHeatmaps([detection(mapOf(8, () => 0.8))], size, cellwise)!.data[0]!;
    expect(logit(opinions(0.8, 0.8))).toBeCloseTo(2 * logit(alone), 3);
    expect(opinions(0.9, 0.2)).toBeGreaterThan(0.5);
    expect(opinions(0.7, 0.1)).toBeLessThan(0.5);
  });

  it("keeps the detector's own threshold: what a lone detector calls forged stays forged, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 192, maxLength: 192 }), (values) => {
        const map = mapOf(8, (x, y) => values[y * 16 + x]!);
        const fused = fuseHeatmaps([detection(map)], size, cellwise)!;
        fused.data.forEach((value, i) => {
          // Below this a single-precision cell cannot tell an opinion from indifference.
          if (Math.abs(map.data[i]! - 0.5) > 1e-6) expect(value > 0.5).toBe(map.data[i]! > 0.5);
        });
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});

describe("fuseHeatmaps, who may paint", () => {
  it.each([
    ["speaks for authenticity", { log_likelihood_ratio: -1 }],
    ["is not calibrated", { log_likelihood_ratio: 0 }],
    ["is of a family without weight", { family: "generation" }],
    ["is for display", { family: "display" }],
    ["failed", { status: "failed" }],
  ] as [string, Partial<Detection>][])("not a detector that %s", (_, more) => {
    const painter = detection(block(0.9), { id: "b", family: "compression" });
    const withIt = fuseHeatmaps(
      [
        detection(
          mapOf(8, () => 1),
          more,
        ),
        painter,
      ],
      size,
      policy,
    )!;
    expect(marked(withIt)).toBe(more.log_likelihood_ratio === -1 ? 25 : marked(fuseHeatmaps([painter], size, policy)!));
    expect(withIt.data[0]).toBeLessThan(0.5);
  });

  it("a detector with a decisive finding, whatever its calibration", () => {
    const decisive = detection(block(0.9), { log_likelihood_ratio: 0, decisive: "x" });
    expect(marked(fuseHeatmaps([decisive], size, policy)!)).toBe(25);
  });

  it("nobody where the image as a whole does not speak for forgery, also after rounding to 8 bits", () => {
    const contra = detection(undefined, { id: "b", family: "compression", log_likelihood_ratio: -2.5 });
    const fused = fuseHeatmaps([detection(block(1)), contra], size, policy)!;
    expect(Math.round(255 * Math.max(...fused.data))).toBeLessThan(128);
    expect(Math.max(...fused.data)).toBeGreaterThan(0.4);
  });

  it("gives an empty map when somebody looked and nobody may paint, and null when nobody looked", () => {
    const empty = fuseHeatmaps([detection(block(1), { log_likelihood_ratio: -1 })], size, policy)!;
    expect([empty.width, empty.height, Math.max(...empty.data)]).toEqual([16, 12, 0]);
    expect(fuseHeatmaps([detection(undefined)], size, policy)).toBeNull();
  });
});

describe("fuseHeatmaps, on the Markov field", () => {
  it("removes specks and closes holes, and keeps the outline of a region", () => {
    const speck = (x: number, y: number) => (x === 13 && y === 1) || (inBlock(x, y) && !(x === 6 && y === 5));
    const fused = fuseHeatmaps([detection(mapOf(8, (x, y) => (speck(x, y) ? 0.8 : 0)))], size, policy)!;
    expect(
      fused.data.map((value, i) => Number(value > 0.5 !== inBlock(i % 16, Math.floor(i / 16)))).some(Boolean),
    ).toBe(false);
  });

  it("is settled: every cell is what its neighbours and its own evidence make of it", () => {
    const map = mapOf(8, (x, y) => ((x * 37 + y * 91) % 101) / 100);
    const parameters = { ...policy.heatmap!, sweeps: 200 };
    const evidence = fuseHeatmaps([detection(map)], size, cellwise)!;
    const fused = fuseHeatmaps([detection(map)], size, { ...policy, heatmap: parameters })!;
    const sign = (x: number, y: number) => (x < 0 || y < 0 || x >= 16 || y >= 12 ? 0 : 2 * fused.data[y * 16 + x]! - 1);
    for (let i = 0; i < fused.data.length; i++) {
      const [x, y] = [i % 16, Math.floor(i / 16)];
      const around = sign(x - 1, y) + sign(x + 1, y) + sign(x, y - 1) + sign(x, y + 1);
      const field = logit(evidence.data[i]!) + parameters.neighbour_log_odds * around;
      expect(fused.data[i]).toBeCloseTo(1 / (1 + Math.exp(-field)), 2);
    }
  });

  it("does not spread into places of which nobody has an opinion", () => {
    const large = { width: 1600, height: 1600 };
    const map = mapOf(8, (x, y) => (x < 20 && y < 20 ? 1 : 0), large);
    const fused = fuseHeatmaps([detection(map, { log_likelihood_ratio: 4 })], large, policy)!;
    expect(Math.abs(marked(fused) - 400)).toBeLessThanOrEqual(2);
  });

  it("mirrors with the image", () => {
    const map = mapOf(8, (x, y) => ((x * 37 + y * 91) % 101) / 100);
    const mirror = (heatmap: Heatmap) => mapOf(8, (x, y) => heatmap.data[y * 16 + 15 - x]!);
    const settled: VerdictPolicy = { ...policy, heatmap: { ...policy.heatmap!, sweeps: 200 } };
    const one = mirror(fuseHeatmaps([detection(map)], size, settled)!);
    const other = fuseHeatmaps([detection(mirror(map))], size, settled)!;
    one.data.forEach((value, i) => {
      expect(other.data[i]).toBeCloseTo(value, 1);
    });
  });
});

describe("fuseHeatmaps, cells", () => {
  it("are as fine as the finest painter's, at most a JPEG block", () => {
    const scales = (...all: number[]) =>
      fuseHeatmaps(
        all.map((scale, i) =>
          detection(
            mapOf(scale, () => 0.9),
            { id: String(i) },
          ),
        ),
        size,
        policy,
      )!.scale;
    expect([scales(16), scales(8, 4), scales(3)]).toEqual([8, 4, 3]);
  });

  it("stay few for a huge image", () => {
    const huge = { width: 8000, height: 6000 };
    const fused = fuseHeatmaps([detection(mapOf(2, () => 0.9, huge))], huge, policy)!;
    expect([fused.scale, fused.width, fused.height]).toEqual([4, 2000, 1500]);
  });

  it.each([
    [1, 1],
    [1, 300],
    [7, 3],
  ])("cover an image of %i × %i pixels", (width, height) => {
    const fused = fuseHeatmaps([detection(mapOf(8, () => 1, { width, height }))], { width, height }, policy)!;
    expect(fused.data).toHaveLength(Math.ceil(width / 8) * Math.ceil(height / 8));
    expect(marked(fused)).toBe(fused.data.length);
  });
});

describe("fuseHeatmaps under policy v1", () => {
  const v1 = policyOf("v1");
  const overhanging = { width: 33, height: 17 };
  const flat = (value: number, scale: number) => mapOf(scale, () => value, overhanging);

  it("marks a place when any cue marks it, whatever its cell size", () => {
    const corner = flat(0, 16);
    corner.data[corner.data.length - 1] = 0.9;
    const fused = fuseHeatmaps([detection(flat(0.2, 4)), detection(corner)], overhanging, v1)!;
    expect(fused).toMatchObject({ width: 5, height: 3, scale: 8 });
    expect(fused.data.at(-1)).toBeCloseTo(0.9);
    expect(fused.data[0]).toBeCloseTo(0.2);
  });

  it("leaves out pictures for display and what did not measure", () => {
    const ignored = [detection(flat(1, 8), { family: "display" }), detection(flat(1, 8), { status: "failed" })];
    expect(fuseHeatmaps([...ignored, detection(undefined)], overhanging, v1)).toBeNull();
    const fused = fuseHeatmaps([...ignored, detection(flat(0, 8))], overhanging, v1);
    expect(fused?.data.every((value) => value === 0)).toBe(true);
  });

  it("takes the strongest opinion", () => {
    const opinion = fc.tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 40 }));
    const check = (maps: [number, number][]) => {
      const detections = maps.map(([value, scale]) => detection(flat(value, scale)));
      const strongest = Math.fround(Math.max(...maps.map(([value]) => value)));
      expect(fuseHeatmaps(detections, overhanging, v1)!.data.every((value) => value === strongest)).toBe(true);
    };
    fc.assert(fc.property(fc.array(opinion, { minLength: 1, maxLength: 4 }), check), { seed: 1 });
  });
});
