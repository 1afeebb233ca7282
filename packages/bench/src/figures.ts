import { calibrateDetection, fuseHeatmaps } from "@artguard/core";
import { renderHeatmap } from "@artguard/core/image";
import sharp from "sharp";
import { isComparable } from "./cases.ts";
import type { Judged } from "./judged.ts";
import { auc, truePositiveRateAt } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { type PixelScores, pixelScores } from "./metrics/pixel-scores.ts";
import { withHeatmaps } from "./observe.ts";

/** Images of both classes that are compared. */
export interface Collection {
  readonly name: string;
  readonly members: readonly Judged[];
}

/** A figure with its 95 % interval over groups of pictures. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Image-level figures of one judge on one collection. */
export interface ImageFigures {
  readonly judge: string;
  readonly forged: number;
  readonly authentic: number;
  /** Share of the images the detector applied to. */
  readonly applied: number;
  readonly auc: Figure;
  readonly tprAt2: number;
  readonly tprAt5: number;
}

/** Pixel-level figures of one judge on one set, means over its masked images. */
export interface PixelFigures {
  readonly set: string;
  readonly judge: string;
  readonly n: number;
  readonly auc: Figure;
  readonly f1: Figure;
  readonly mcc: Figure;
}

/** Originals that people painted or drew. */
export const humanArt = /^(digital-)?paintings/;

/** What is compared with what: each set with both classes by itself, and the pools. */
export function collectionsOf(images: readonly Judged[]): Collection[] {
  const comparable = images.filter(({ set }) => isComparable(set));
  const pick = (name: string, isMember: (image: Judged) => boolean) => ({
    name,
    members: comparable.filter(isMember),
  });
  return [
    ...[...new Set(comparable.map(({ set }) => set))].map((set) => pick(set, (image) => image.set === set)),
    pick("manipulation, all", ({ task }) => task === "manipulation"),
    pick("generated against human art", ({ task, set }) => task === "ai-generated" || humanArt.test(set)),
    pick("generated against photographs", ({ task, set }) =>
      task === "ai-generated" ? true : task === "original" && !humanArt.test(set),
    ),
  ].filter(({ members }) => new Set(members.map(({ isForged }) => isForged)).size === 2);
}

/** Figures of every judge on a collection. */
export function imageFigures({ members }: Collection): ImageFigures[] {
  return Object.keys(members[0]!.scores).map((judge) => {
    const scored = members.map(({ group, scores, isForged }) => ({ group, score: scores[judge]!, isForged }));
    const runs = members.flatMap(({ detections }) => detections.filter(({ id }) => id === judge));
    const forged = scored.filter(({ isForged }) => isForged).length;
    return {
      judge,
      forged,
      authentic: scored.length - forged,
      applied: runs.length === 0 ? 1 : runs.filter(({ status }) => status === "ok").length / runs.length,
      auc: { value: auc(scored), ...groupBootstrap(scored, auc) },
      tprAt2: truePositiveRateAt(scored, 0.02),
      tprAt5: truePositiveRateAt(scored, 0.05),
    };
  });
}

/** The mean of per-image values, its interval over groups. */
export function meanFigure(values: readonly { readonly group: string; readonly value: number }[]): Figure {
  const mean = (sample: readonly { value: number }[]) =>
    sample.reduce((sum, { value }) => sum + value, 0) / sample.length;
  return { value: mean(values), ...groupBootstrap(values, mean) };
}

/** Heat maps of all detectors and the fused one against the masks of forged images. */
export async function pixelFigures(images: readonly Judged[]): Promise<PixelFigures[]> {
  const scored: { set: string; group: string; judge: string; scores: PixelScores }[] = [];
  for (const image of images) {
    if (!image.mask) continue;
    for (const [judge, scores] of await comparePixels(image)) {
      scored.push({ set: image.set, group: image.group, judge, scores });
    }
  }
  const cells = Object.values(Object.groupBy(scored, ({ set, judge }) => `${set}\t${judge}`)) as (typeof scored)[];
  return cells.map((members) => {
    const figure = (key: keyof PixelScores) =>
      meanFigure(members.map(({ group, scores }) => ({ group, value: scores[key] })));
    const { set, judge } = members[0]!;
    return { set, judge, n: members.length, auc: figure("auc"), f1: figure("f1"), mcc: figure("mcc") };
  });
}

async function comparePixels(image: Judged): Promise<[judge: string, scores: PixelScores][]> {
  const upright = { ...image.info, orientation: 1 as const };
  const decoded = await sharp(image.mask).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  const { data: mask, info } = decoded;
  if (info.width !== upright.width || info.height !== upright.height) return [];
  const detections = withHeatmaps(image).map((each) => calibrateDetection(each, image.policy.calibration));
  const maps = [
    ["fused", fuseHeatmaps(detections, upright, image.policy)] as const,
    ...detections.map(({ id, heatmap }) => [id, heatmap ?? null] as const),
  ];
  return [
    ["everything marked", pixelScores(new Uint8Array(mask.length).fill(255), mask)],
    ...maps.map(([id, map]): [string, PixelScores] => [id, pixelScores(renderHeatmap(map, upright).data, mask)]),
  ];
}

/** Median seconds per megapixel of every detector, as seen when it ran. */
export function speedFigures(images: readonly Judged[]): { id: string; median: number }[] {
  const ids = [...new Set(images.flatMap(({ detections }) => detections.map(({ id }) => id)))];
  return ids.map((id) => {
    const seconds = images
      .map(({ detections, info }) => {
        const elapsed = detections.find((each) => each.id === id)?.elapsed_ms ?? 0;
        return (1e3 * elapsed) / (info.width * info.height);
      })
      .sort((a, b) => a - b);
    return { id, median: seconds[seconds.length >> 1]! };
  });
}
