import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Collection } from "../figures.ts";
import { rocCurve } from "../metrics/auc.ts";
import { reliabilityBins } from "../metrics/calibration-error.ts";
import { squarePlot } from "./square-plot.ts";

/** Writes the ROC curves and the reliability diagram of a collection as SVG files. */
export function writePlots({ name, members }: Collection, variant: string, folder: string): void {
  const stem = `${name.replace(/\W+/g, "-")}-${variant}.svg`;
  const lines = Object.keys(members[0]!.scores).map((judge) => ({
    label: judge,
    points: rocCurve(members.map(({ scores, isForged }) => ({ score: scores[judge]!, isForged }))).map(
      ({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate] as const,
    ),
  }));
  const roc = squarePlot(`ROC, ${name}, ${variant}`, "false positive rate", "true positive rate", lines);
  writeFileSync(join(folder, `roc-${stem}`), roc);
  const bins = reliabilityBins(members).map(
    ({ meanForecast, observedShare }) => [meanForecast, observedShare] as const,
  );
  const reliability = squarePlot(`Reliability, ${name}, ${variant}`, "forecast at even odds", "observed share", [
    { label: "fused", points: bins },
  ]);
  writeFileSync(join(folder, `reliability-${stem}`), reliability);
}
