import type { Variant } from "../cases.ts";
import type { Collection, Figure, ImageFigures, PixelFigures } from "../figures.ts";
import { meanFigure } from "../figures.ts";
import type { GeneratorFigures } from "../generator-figures.ts";
import type { Judged } from "../judged.ts";
import { calibrationErrorByChance, equalMass, expectedCalibrationError } from "../metrics/calibration-error.ts";
import { figure, textTable } from "./text-table.ts";

/** What one variant of the images gave. */
export interface VariantResult {
  readonly variant: Variant;
  readonly images: readonly Judged[];
  readonly collections: readonly (Collection & { readonly figures: readonly ImageFigures[] })[];
  readonly pixels: readonly PixelFigures[];
  /** Empty but where the images have one size. */
  readonly generators: readonly GeneratorFigures[];
}

type Row = readonly [what: string, asked: string, n: string, value: string, formatOnly: string];

/** Sets of untouched pictures. */
const isUntouched = ({ task }: Judged) => task === "original";

/** The figures that a reader asks for first, each with n, its interval and what the format alone would tell. */
export function askedFigures(results: readonly VariantResult[]): string {
  const of = (variant: Variant) => results.find((result) => result.variant === variant);
  const rows: Row[] = [
    aucRow("casia1, re-encoded alike", "≥ .80", of("re-encoded"), "casia1"),
    pixelRow("casia1, pixel F1@0.5", "≥ .35", of("re-encoded"), "casia1", "f1"),
    aucRow("comofod, as stored", "≥ .92", of("as-is"), "comofod"),
    pixelRow("comofod, pixel F1@0.5", "≥ .60", of("as-is"), "comofod", "f1"),
    verdictRow("comofod originals accused", "0", of("as-is"), ({ set, isForged }) => set === "comofod" && !isForged),
    aucRow("cocoglide, as stored", "≥ .75", of("as-is"), "cocoglide"),
    aucRow("cocoglide, after JPEG 90", "≥ .65", of("re-encoded"), "cocoglide"),
    pixelRow("text-tamper, pixel AUC", "≥ .80", of("as-is"), "text-tamper", "auc"),
    ...generatorRows("≥ .90", of("same-size")),
    verdictRow(
      "human art accused, one size and format",
      "≤ .02",
      of("same-size"),
      ({ set, isForged }) => !isForged && /paintings/.test(set),
    ),
    verdictRow("untouched originals, LIKELY_FORGED", "≤ .01", of("as-is"), isUntouched),
    shareRow("untouched originals, SUSPICIOUS", "≤ .10", of("as-is"), isUntouched, ["SUSPICIOUS"]),
    macroRow("manipulation through a messenger, macro AUC", "≥ .70", of("messenger")),
    calibrationRow("calibration error, manipulation re-encoded", "≤ .04", of("re-encoded")),
  ].flatMap((row) => (row ? [row] : []));
  return textTable(["figure (every source judged without itself)", "asked", "n", "measured", "format only"], rows);
}

function interval({ value, low, high }: Figure): string {
  return `${figure(value)} [${figure(low)}–${figure(high)}]`;
}

function aucRow(what: string, asked: string, result: VariantResult | undefined, name: string): Row | undefined {
  const figures = result?.collections.find((collection) => collection.name === name)?.figures;
  const fused = figures?.find(({ judge }) => judge === "fused");
  const format = figures?.find(({ judge }) => judge === "format only");
  if (!fused || !format) return undefined;
  return [`${what}: AUC`, asked, `${fused.forged}+${fused.authentic}`, interval(fused.auc), figure(format.auc.value)];
}

function pixelRow(
  what: string,
  asked: string,
  result: VariantResult | undefined,
  set: string,
  key: "auc" | "f1",
): Row | undefined {
  const pixels = result?.pixels.find((row) => row.set === set && row.judge === "fused");
  const floor = result?.pixels.find((row) => row.set === set && row.judge === "everything marked");
  if (!pixels || !floor) return undefined;
  return [what, asked, `${pixels.n}`, interval(pixels[key]), `${figure(floor[key].value)} (all marked)`];
}

function verdictRow(
  what: string,
  asked: string,
  result: VariantResult | undefined,
  isMember: (image: Judged) => boolean,
): Row | undefined {
  return shareRow(what, asked, result, isMember, ["LIKELY_FORGED"]);
}

function shareRow(
  what: string,
  asked: string,
  result: VariantResult | undefined,
  isMember: (image: Judged) => boolean,
  verdicts: readonly string[],
): Row | undefined {
  const members = result?.images.filter(isMember) ?? [];
  if (members.length === 0) return undefined;
  const accused = members.map(({ group, verdict }) => ({ group, value: Number(verdicts.includes(verdict)) }));
  return [what, asked, `${members.length}`, interval(meanFigure(accused)), "–"];
}

function generatorRows(asked: string, result: VariantResult | undefined): Row[] {
  return (result?.generators ?? []).map(({ generator, generated, human, auc }) => [
    `${generator} against human art, one size and format, neither seen: AUC`,
    asked,
    `${generated}+${human}`,
    interval(auc),
    "–",
  ]);
}

/** The mean over sets, so that no large set speaks for all. */
function macroRow(what: string, asked: string, result: VariantResult | undefined): Row | undefined {
  const sets = result?.collections.filter(
    ({ name, members }) => members[0]!.task === "manipulation" && members.every(({ set }) => set === name),
  );
  if (!sets || sets.length === 0) return undefined;
  const macro = (judge: string, key: "value" | "low" | "high") =>
    sets.reduce((sum, { figures }) => sum + figures.find((row) => row.judge === judge)!.auc[key], 0) / sets.length;
  const n = sets.reduce((sum, { members }) => sum + members.length, 0);
  const fused = { value: macro("fused", "value"), low: macro("fused", "low"), high: macro("fused", "high") };
  return [what, asked, `${sets.length} sets, ${n}`, interval(fused), figure(macro("format only", "value"))];
}

function calibrationRow(what: string, asked: string, result: VariantResult | undefined): Row | undefined {
  const pool = result?.collections.find(({ name }) => name === "manipulation, all");
  if (!pool) return undefined;
  return [what, asked, `${pool.members.length}`, calibrationErrors(pool.members), "–"];
}

function calibrationErrors(members: readonly Judged[]): string {
  const [width, mass] = [expectedCalibrationError(members), expectedCalibrationError(members, equalMass)];
  const chance = calibrationErrorByChance(members);
  return `${figure(width)} (bins of equal mass ${figure(mass)}, by chance ${figure(chance)})`;
}
