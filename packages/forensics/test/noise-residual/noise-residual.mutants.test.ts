// The checks of polarity and of abstaining must fail on a detector that is broken on purpose.
import type { Detector, Observation } from "@artguard/core";
import { noiseResidualDetector } from "@artguard/forensics";
import { describe, expect, it } from "vitest";
import { observe, part, pasted, picture } from "../pictures.ts";

const square = { left: 192, top: 128, side: 144 };
const host = await picture(640, 448, 1).png().toBuffer();
const enlarged = await picture(320, 224, 2).resize(640).png().toBuffer();
const splice = await pasted(host, await part(enlarged, 100, 100, square.side), square.left, square.top);

/** What is wrong with a detector that is to find the splice. */
async function faults(detector: Detector): Promise<string[]> {
  const [forged, authentic] = [await observe(detector, splice), await observe(detector, host)];
  const { data, width, scale } = forged.heatmap!;
  const marked = { inside: 0, outside: 0 };
  for (const [i, value] of data.entries()) {
    const [x, y] = [((i % width) + 0.5) * scale - square.left, (Math.floor(i / width) + 0.5) * scale - square.top];
    const isInside = x >= 0 && y >= 0 && x < square.side && y < square.side;
    if (value > 0.5) marked[isInside ? "inside" : "outside"]++;
  }
  return [
    ...(marked.inside > marked.outside ? [] : ["marks the background"]),
    ...(forged.statistic > authentic.statistic ? [] : ["ranks the untouched picture higher"]),
    ...(authentic.heatmap!.data.some((value) => value > 0.5) || authentic.regions.length > 0 ? ["never abstains"] : []),
  ];
}

/** The detector with its observations changed. */
function mutant(change: (observation: Observation) => Observation): Detector {
  const detector = noiseResidualDetector();
  return {
    ...detector,
    detect: async (image, options) => {
      const result = await detector.detect(image, options);
      return result.applicable ? change(result) : result;
    },
  };
}

const mapped = (observation: Observation, change: (value: number) => number): Observation => ({
  ...observation,
  heatmap: { ...observation.heatmap!, data: observation.heatmap!.data.map(change) },
});

describe("the checks of the noise residual", () => {
  it("find nothing wrong with the detector", async () => {
    expect(await faults(noiseResidualDetector())).toEqual([]);
  });

  it.each<[string, Detector, string]>([
    [
      "takes the larger part for the forgery",
      mutant((one) => mapped(one, (value) => 1 - value)),
      "marks the background",
    ],
    [
      "turns its statistic",
      mutant((one) => ({ ...one, statistic: -one.statistic })),
      "ranks the untouched picture higher",
    ],
    [
      "says the same of every picture",
      mutant((one) => ({ ...one, statistic: 1 })),
      "ranks the untouched picture higher",
    ],
    [
      "stretches its map to the full range",
      mutant((one) => {
        const highest = Math.max(...one.heatmap!.data);
        return mapped(one, (value) => value / highest);
      }),
      "never abstains",
    ],
  ])("fail on one that %s", async (_, broken, fault) => {
    expect(await faults(broken)).toContain(fault);
  });
});
