import type { StylePicture } from "./style-picture.ts";

/** One control: the image's value beside the references' range. */
export interface StyleControl {
  readonly name: "resolution" | "sharpness" | "format";
  /** Longest side in pixels; octaves of fine detail; JPEG quality (100 for files without loss). */
  readonly image: number;
  readonly references: { readonly low: number; readonly middle: number; readonly high: number };
  /** False when the difference alone would pass for one of style. */
  readonly comparable: boolean;
}

/** Factor between the longest sides up to which resolutions can be matched. */
const mostResolution = 3;
/** Octaves of fine detail beyond the range of the references that matching can take away. */
const mostSharpness = 0.75;
/** JPEG qualities below that of the coarsest reference at which artefacts replace brushwork. */
const mostQuality = 25;

/** Compares how the image and the references were captured and stored. */
export function styleControls(image: StylePicture, references: readonly StylePicture[]): StyleControl[] {
  const quality = ({ jpeg_quality }: StylePicture) => jpeg_quality ?? 100;
  return [
    control(
      "resolution",
      ({ longest_side }) => longest_side,
      image,
      references,
      (value, { low, high }) => {
        return value >= low / mostResolution && value <= high * mostResolution;
      },
    ),
    control(
      "sharpness",
      (picture) => picture.sharpness,
      image,
      references,
      (value, { low, high }) => {
        return value >= low - mostSharpness && value <= high + mostSharpness;
      },
    ),
    control("format", quality, image, references, (value, { low }) => value >= low - mostQuality),
  ];
}

function control(
  name: StyleControl["name"],
  measure: (picture: StylePicture) => number,
  image: StylePicture,
  references: readonly StylePicture[],
  isComparable: (value: number, range: StyleControl["references"]) => boolean,
): StyleControl {
  const values = references.map(measure).sort((a, b) => a - b);
  const range = { low: values[0]!, middle: values[values.length >> 1]!, high: values.at(-1)! };
  const value = measure(image);
  return { name, image: value, references: range, comparable: isComparable(value, range) };
}
