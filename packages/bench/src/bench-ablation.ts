// What every detector adds: the figures without it, all else fitted anew: `npm run bench:ablation`.
import { forensicDetectors } from "@artguard/forensics";
import { calibrationExamples, exampleCount } from "./calibration/examples.ts";
import { type Judged, judgeLeftOut, LeftOutCalibrations } from "./judged.ts";
import { auc } from "./metrics/auc.ts";
import { type Observed, observeAll } from "./observe.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { sourceOf } from "./sources.ts";

const data = requiredData();
const detectors = forensicDetectors();
const examples = await observeAll(calibrationExamples(data), exampleCount(data), detectors);

function without(id: string | undefined): Judged[] {
  const kept = detectors.filter((detector) => detector.id !== id);
  const images: Observed[] = examples.map((image) => ({
    ...image,
    detections: image.detections.filter((detection) => detection.id !== id),
  }));
  return judgeLeftOut(images, new LeftOutCalibrations(images, kept));
}

function scoredAuc(images: readonly Judged[]): number {
  return auc(images.map(({ scores, isForged }) => ({ score: scores["fused"]!, isForged })));
}

function figuresOf(images: readonly Judged[]): string[] {
  const manipulated = images.filter(({ task, isForged }) => !isForged || task === "manipulation");
  const generated = images.filter(({ task, variant }) => variant === "same-size" && task !== "manipulation");
  const sources = ["casia", "cocoglide", "comofod", "clean photographs"];
  const losses = images.map(({ probability, isForged }) => -Math.log(isForged ? probability : 1 - probability));
  return [
    ...sources.map((source) => figure(scoredAuc(manipulated.filter((image) => sourceOf(image) === source)))),
    figure(scoredAuc(generated)),
    figure(losses.reduce((sum, loss) => sum + loss, 0) / losses.length),
  ];
}

const ids = detectors.filter(({ family }) => family !== "display").map(({ id }) => id);
const rows = [undefined, ...ids].map((id) => [id === undefined ? "all" : `without ${id}`, ...figuresOf(without(id))]);
console.log(`Every source judged by tables and weights that were fitted without it; n = ${examples.length}.\n`);
console.log(
  textTable(
    ["detectors", "casia AUC", "cocoglide AUC", "comofod AUC", "synthetic AUC", "generated AUC", "log loss"],
    rows,
  ),
);
