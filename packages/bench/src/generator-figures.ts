import { defaultPolicy, rescore } from "@artguard/core";
import { type Figure, humanArt } from "./figures.ts";
import type { Judged, LeftOutCalibrations } from "./judged.ts";
import { auc } from "./metrics/auc.ts";
import { groupBootstrap } from "./metrics/bootstrap.ts";
import { sourceOf } from "./sources.ts";

/** How well the pictures of one generator are told from human art. */
export interface GeneratorFigures {
  readonly generator: string;
  readonly generated: number;
  readonly human: number;
  readonly auc: Figure;
}

/**
 * Every generator against human art, both judged by one calibration that knows neither: were each image judged by the
 * calibration without its own source, two classes would be compared on two scales.
 */
export function generatorFigures(
  images: readonly Judged[],
  calibrations: LeftOutCalibrations,
): readonly GeneratorFigures[] {
  const art = images.filter(({ set }) => humanArt.test(set));
  const generators = new Set(images.filter(({ task }) => task === "ai-generated").map(sourceOf));
  if (art.length === 0) return [];
  return [...generators].sort().map((generator) => {
    const calibration = calibrations.without(generator, ...new Set(art.map(sourceOf)));
    const generated = images.filter((image) => sourceOf(image) === generator);
    const scored = [...generated, ...art].map((image) => ({
      group: image.group,
      isForged: image.isForged,
      score: rescore(image, { ...defaultPolicy, calibration }).forgery_score,
    }));
    return {
      generator,
      generated: generated.length,
      human: art.length,
      auc: { value: auc(scored), ...groupBootstrap(scored, auc) },
    };
  });
}
