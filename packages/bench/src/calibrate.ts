// Fits what detectors' statistics mean and how far they are trusted; writes the calibration table: `npm run calibrate`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { calibrationSchema, defaultPolicy } from "@artguard/core";
import { forensicDetectors, knownWorkDetector, MemoryKnownWorks } from "@artguard/forensics";
import { calibrationExamples, exampleCount } from "./calibration/examples.ts";
import { fitCalibration } from "./calibration/fit-calibration.ts";
import { judgeLeftOut, LeftOutCalibrations } from "./judged.ts";
import { auc } from "./metrics/auc.ts";
import { calibrationErrorByChance, expectedCalibrationError } from "./metrics/calibration-error.ts";
import { observeAll } from "./observe.ts";
import { figure, textTable } from "./report/text-table.ts";
import { requiredData } from "./required-data.ts";
import { sourceOf } from "./sources.ts";

const { version } = defaultPolicy.calibration;
const target = fileURLToPath(new URL(`../../core/src/fusion/calibration/${version}.json`, import.meta.url));
const data = requiredData();
const detectors = forensicDetectors();
const images = await observeAll(calibrationExamples(data), exampleCount(data), detectors);
/** Asked for by the caller and never measured here: its statistic is a rule's. */
const onRequest = [knownWorkDetector({ works: new MemoryKnownWorks() })];
const calibration = calibrationSchema.parse(fitCalibration(images, [...detectors, ...onRequest], version));
writeFileSync(target, `${JSON.stringify(calibration, null, 2)}\n`);

const judged = judgeLeftOut(images, new LeftOutCalibrations(images, detectors));
const rows = [...new Set(judged.map(sourceOf)), "all"].sort().map((source) => {
  const members = source === "all" ? judged : judged.filter((image) => sourceOf(image) === source);
  const forged = members.filter(({ isForged }) => isForged).length;
  const losses = members.map(({ probability, isForged }) => -Math.log(isForged ? probability : 1 - probability));
  return [
    source,
    `${forged}`,
    `${members.length - forged}`,
    figure(auc(members.map(({ scores, isForged }) => ({ score: scores["fused"]!, isForged })))),
    figure(losses.reduce((sum, loss) => sum + loss, 0) / losses.length),
    figure(expectedCalibrationError(members)),
    figure(calibrationErrorByChance(members)),
  ];
});
console.log("Leave-one-source-out: every source judged by tables and weights that were fitted without it.\n");
console.log(textTable(["source", "forged", "authentic", "AUC", "log loss (none: .693)", "ECE", "by chance"], rows));
const trust = Object.entries(calibration.detectors).map(([id, table]) => `${id} ${table.trust}`);
console.log(`\nTrust: ${trust.join(", ")}`);
console.log(`Written: packages/core/src/fusion/calibration/${version}.json`);
