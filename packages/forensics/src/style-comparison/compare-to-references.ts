import type { ForensicImage } from "@artguard/core";
import { binomial } from "../raster/resample.ts";
import { studentTail } from "./student-tail.ts";
import { type StyleControl, styleControls } from "./style-controls.ts";
import { type StyleFeatures, type StyleGroup, styleFeatures, styleGroups } from "./style-features.ts";
import { reducedTo, type StylePicture, sharpness, stylePicture, toLab } from "./style-picture.ts";

/** Fewest references of one artist and one way of capture. */
const fewestReferences = 8;
/** With fewer, a spread cannot be estimated at all. */
const fewestForStudies = 4;
/** Longest side in pixels below which a picture shows no brushwork. */
const smallestSide = 400;
/** Softening steps after which a sharper picture counts as matched. */
const mostSoftening = 4;
/** Deviations in one feature beyond this count no further. */
const mostDeviation = 4;

const limitation =
  "This is the consistency of image statistics with the supplied pictures, not an attribution and no proof: subject, " +
  "period, condition, varnish, lighting and photography change it as well, and a good imitation may not.";

/** What {@link compareToReferences} found. It is no verdict and never enters one. */
export type StyleComparison = ComparedStyle | RefusedStyle;

/** The image could be compared. */
export interface ComparedStyle {
  readonly comparable: true;
  /**
   * Percent, 0–100, of the artist's works that would be expected to lie at least as far from the references as this one:
   * low values are inconsistent with them.
   */
  readonly percentile: number;
  /** Distance of the image from the references, and of each reference from the others, in standard deviations. */
  readonly distance: number;
  readonly reference_distances: readonly number[];
  /** Distance by group of features, as a multiple of the references' median. */
  readonly groups: Readonly<Record<StyleGroup, number>>;
  readonly controls: readonly StyleControl[];
  readonly limitation: string;
}

/** The comparison would not mean anything. */
export interface RefusedStyle {
  readonly comparable: false;
  readonly code: "image-too-small" | "too-few-references" | "controls-differ";
  /** One English sentence. */
  readonly reason: string;
  readonly controls: readonly StyleControl[];
  readonly limitation: string;
}

/** Options of {@link compareToReferences}. */
export interface StyleOptions {
  /** References needed, at least 4; default 8. Fewer are for studies: the percentile then is very uncertain. */
  readonly fewestReferences?: number;
}

/**
 * How consistent a picture of an artwork is with pictures of works that are known to be the artist's, photographed in the
 * same way: the percentile of its distance among the leave-one-out distances of the references (as a Student t quantile
 * of their logarithms). Compared at one resolution and after softening all pictures to the least sharp one; refused where
 * resolution, sharpness or compression differ too much. References smaller than 400 px are left out.
 *
 * @param image As `openForensicImage` gives it.
 * @param references Read one after another and let go, so that a generator need not hold them all.
 * @example
 * const comparison = await compareToReferences(image, [first, second, third]);
 * if (comparison.comparable) console.log(comparison.percentile, comparison.limitation);
 */
export async function compareToReferences(
  image: ForensicImage,
  references: Iterable<ForensicImage> | AsyncIterable<ForensicImage>,
  options: StyleOptions = {},
): Promise<StyleComparison> {
  const fewest = Math.max(fewestForStudies, options.fewestReferences ?? fewestReferences);
  const picture = stylePicture(image);
  const known: StylePicture[] = [];
  for await (const reference of references) {
    const small = stylePicture(reference);
    if (small.longest_side >= smallestSide) known.push(small);
  }
  if (picture.longest_side < smallestSide)
    return refused("image-too-small", `The image is smaller than ${smallestSide} px.`);
  if (known.length < fewest)
    return refused(
      "too-few-references",
      `There are ${known.length} usable references; ${fewest} of one artist and one way of capture are needed.`,
    );
  const controls = styleControls(picture, known);
  const differing = controls.filter(({ comparable }) => !comparable).map(({ name }) => name);
  if (differing.length > 0)
    return refused(
      "controls-differ",
      `The image differs from the references in ${differing.join(" and ")} so much that a difference of style would not show.`,
      controls,
    );
  return { ...compared(picture, known), controls, limitation };
}

function refused(code: RefusedStyle["code"], reason: string, controls: readonly StyleControl[] = []): RefusedStyle {
  return { comparable: false, code, reason, controls, limitation };
}

function compared(picture: StylePicture, known: readonly StylePicture[]) {
  const [image, ...references] = matchedFeatures([picture, ...known]) as [StyleFeatures, ...StyleFeatures[]];
  const left = references.map((_, i) => references.filter((__, j) => j !== i));
  const own = references.map((reference, i) => distances(reference, left[i]!));
  // From as many references as each of them has, so that the distances are of one kind.
  const image_distances = left.map((others) => distances(image, others));
  const groups = Object.fromEntries(
    styleGroups.map((group) => [
      group,
      mean(image_distances.map((each) => each[group])) / median(own.map((each) => each[group])),
    ]),
  ) as Record<StyleGroup, number>;
  const distance = mean(image_distances.map(total));
  const reference_distances = own.map(total);
  return {
    comparable: true as const,
    percentile: 100 * tailOf(distance, reference_distances),
    distance,
    reference_distances,
    groups,
  };
}

/** Features at the smallest common resolution, all pictures softened to the least sharp one. */
function matchedFeatures(pictures: readonly StylePicture[]): StyleFeatures[] {
  const side = Math.min(...pictures.map(({ raster }) => Math.max(raster.width, raster.height)));
  const target = Math.min(...pictures.map((picture) => sharpnessAt(picture, side)));
  return pictures.map((picture) => featuresAt(picture, side, target));
}

const sharpnesses = new WeakMap<StylePicture, Map<string, number>>();
const measured = new WeakMap<StylePicture, Map<string, StyleFeatures>>();

function sharpnessAt(picture: StylePicture, side: number): number {
  return once(sharpnesses, picture, `${side}`, () => sharpness(toLab(reducedTo(picture.raster, side)).lightness));
}

function featuresAt(picture: StylePicture, side: number, target: number): StyleFeatures {
  return once(measured, picture, `${side} ${target}`, () => {
    const lab = toLab(reducedTo(picture.raster, side));
    let { lightness } = lab;
    for (let step = 0; step < mostSoftening && sharpness(lightness) > target; step++) lightness = binomial(lightness);
    return styleFeatures({ ...lab, lightness });
  });
}

/** References are compared with many images: what is known of them is kept as long as they are. */
function once<T>(known: WeakMap<StylePicture, Map<string, T>>, picture: StylePicture, key: string, make: () => T): T {
  const values = known.get(picture) ?? new Map<string, T>();
  known.set(picture, values);
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}

/** Root mean square deviation from the references' means in their standard deviations, by group. */
function distances(work: StyleFeatures, references: readonly StyleFeatures[]): Record<StyleGroup, number> {
  const entries = styleGroups.map((group) => {
    const squares = work[group].map((value, k) => {
      const values = references.map((reference) => reference[group][k]!);
      const middle = mean(values);
      const variance = values.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (values.length - 1);
      return Math.min(mostDeviation ** 2, (value - middle) ** 2 / (variance + 1e-9));
    });
    return [group, Math.sqrt(mean(squares))];
  });
  return Object.fromEntries(entries) as Record<StyleGroup, number>;
}

/** All groups weigh the same. */
function total(groups: Record<StyleGroup, number>): number {
  return Math.sqrt(mean(styleGroups.map((group) => groups[group] ** 2)));
}

/** Chance that a further distance of the same kind is at least as large: prediction interval of a log-normal sample. */
function tailOf(distance: number, sample: readonly number[]): number {
  const logs = sample.map((value) => Math.log(value + 1e-9));
  const middle = mean(logs);
  const variance = logs.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (logs.length - 1);
  const spread = Math.sqrt(variance * (1 + 1 / logs.length)) + 1e-9;
  return studentTail((Math.log(distance + 1e-9) - middle) / spread, logs.length - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
