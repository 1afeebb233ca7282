// The checks of calibration must fail on a calibration that is broken on purpose.
import { inspectImage } from "@artguard/core/image";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { isotonicBlocks, share, type WeightedExample } from "../../src/calibration/isotonic.ts";
import { vennAbersInterval } from "../../src/calibration/venn-abers.ts";
import { formatBaseline } from "../../src/format-baseline.ts";
import { formatFeatures } from "../../src/format-features.ts";
import { auc, type Scored } from "../../src/metrics/auc.ts";
import { randomSource } from "../../src/metrics/bootstrap.ts";

const random = randomSource(11);
/** Scores with many ties, more often forged the higher they are. */
const examples: WeightedExample[] = Array.from({ length: 300 }, () => {
  const score = Math.floor(20 * random());
  return { score, isForged: random() < score / 20, weight: 1 };
});
const scores = Array.from({ length: 20 }, (_, score) => score);

/** What is wrong with an interval as a function of the score. */
function intervalFaults(interval: typeof vennAbersInterval): string[] {
  const intervals = scores.map((score) => interval(examples, score, 1));
  return [
    ...(intervals.some(([low, high]) => low > high) ? ["bounds exchanged"] : []),
    ...(intervals.some(([low, high], i) => i > 0 && (low < intervals[i - 1]![0] || high < intervals[i - 1]![1]))
      ? ["falls with the score"]
      : []),
  ];
}

/** What is wrong with a fit. */
function fitFaults(pool: typeof isotonicBlocks): string[] {
  const fitted = (list: readonly WeightedExample[]) =>
    JSON.stringify(pool(list).map((block) => [block.to, share(block)]));
  const blocks = pool(examples);
  return [
    ...(blocks.some((block, i) => i > 0 && share(block) <= share(blocks[i - 1]!)) ? ["falls"] : []),
    ...(blocks.some((block, i) => i > 0 && block.from <= blocks[i - 1]!.to) ? ["tells equal scores apart"] : []),
    ...(fitted(examples) === fitted(examples.toReversed()) ? [] : ["depends on the order"]),
  ];
}

/** What is wrong with an area under the curve. */
function aucFaults(area: typeof auc): string[] {
  const tied = examples.map(({ isForged }) => ({ isForged, score: 0 }));
  const turned = examples.map(({ isForged, score }) => ({ isForged, score: -score }));
  return [
    ...(area(tied) === 0.5 ? [] : ["ties are not half"]),
    ...(area(examples) > 0.6 ? [] : ["polarity"]),
    ...(Math.abs(area(examples) + area(turned) - 1) < 1e-9 ? [] : ["not symmetric"]),
  ];
}

describe("the checks of calibration", () => {
  it("find nothing wrong with what is not broken", () => {
    expect([intervalFaults(vennAbersInterval), fitFaults(isotonicBlocks), aucFaults(auc)]).toEqual([[], [], []]);
  });

  it.each<[string, typeof vennAbersInterval, string]>([
    [
      "reads scores backwards",
      (list, score, weight) => vennAbersInterval(list, 19 - score, weight),
      "falls with the score",
    ],
    [
      "exchanges its bounds",
      (list, score, weight) => vennAbersInterval(list, score, weight).toReversed() as [number, number],
      "bounds exchanged",
    ],
    [
      "does not pool",
      (list, score) => {
        const members = list.filter((example) => example.score === score);
        const forged = members.filter(({ isForged }) => isForged).length;
        return [forged / (members.length + 1), (forged + 1) / (members.length + 1)];
      },
      "falls with the score",
    ],
  ])("fail on an interval that %s", (_, mutant, fault) => {
    expect(intervalFaults(mutant)).toContain(fault);
  });

  it.each<[string, typeof isotonicBlocks, string]>([
    [
      "breaks ties by the class",
      (list) =>
        isotonicBlocks(list.map((one) => ({ ...one, score: one.score + (one.isForged ? 0.5 : 0) }))).map(
          ({ from, to, ...rest }) => ({ ...rest, from: Math.floor(from), to: Math.floor(to) }),
        ),
      "tells equal scores apart",
    ],
    [
      "swaps the classes",
      (list) => isotonicBlocks(list).map((block) => ({ ...block, forged: block.authentic, authentic: block.forged })),
      "falls",
    ],
    ["believes the first half", (list) => isotonicBlocks(list.slice(0, 150)), "depends on the order"],
  ])("fail on a fit that %s", (_, mutant, fault) => {
    expect(fitFaults(mutant)).toContain(fault);
  });

  it.each<[string, (list: readonly Scored[]) => number, string]>([
    [
      "counts ties as won",
      (list) => auc(list.map((one) => ({ ...one, score: one.score + (one.isForged ? 1e-9 : 0) }))),
      "ties are not half",
    ],
    ["takes low for suspicious", (list) => auc(list.map((one) => ({ ...one, score: -one.score }))), "polarity"],
    ["never falls below one half", (list) => Math.max(auc(list), 1 - auc(list)), "not symmetric"],
  ])("fail on an area that %s", (_, mutant, fault) => {
    expect(aucFaults(mutant)).toContain(fault);
  });
});

/** AUC of the format alone over pictures of two classes that are encoded as told. */
async function formatAuc(encode: (image: Sharp, isForged: boolean) => Sharp): Promise<number> {
  const pixels = randomSource(12);
  const cases = await Promise.all(
    Array.from({ length: 160 }, async (_, i) => {
      const isForged = i % 2 === 1;
      const data = Uint8Array.from({ length: 64 * 64 * 3 }, () => 100 + 60 * pixels());
      const bytes = await encode(sharp(data, { raw: { width: 64, height: 64, channels: 3 } }), isForged).toBuffer();
      return { features: formatFeatures(bytes, inspectImage(bytes)), isForged, group: `${i}` };
    }),
  );
  return auc(formatBaseline(cases).map((score, i) => ({ score, isForged: cases[i]!.isForged })));
}

describe("“the format does not tell the class”", () => {
  const most = 0.62;

  it("holds for classes that are encoded alike", async () => {
    expect(await formatAuc((image) => image.jpeg({ quality: 90 }))).toBeLessThan(most);
  });

  it.each<[string, (image: Sharp, isForged: boolean) => Sharp]>([
    ["another container", (image, isForged) => (isForged ? image.png() : image.jpeg({ quality: 90 }))],
    ["two steps of quality", (image, isForged) => image.jpeg({ quality: isForged ? 92 : 90 })],
    ["finer colour", (image, isForged) => image.jpeg({ quality: 90, chromaSubsampling: isForged ? "4:4:4" : "4:2:0" })],
    [
      "metadata",
      (image, isForged) => (isForged ? image.withExif({ IFD0: { Copyright: "x" } }) : image).jpeg({ quality: 90 }),
    ],
  ])("fails where the forged have %s", async (_, encode) => {
    expect(await formatAuc(encode)).toBeGreaterThan(0.9);
  });
});
