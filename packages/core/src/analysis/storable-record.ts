import type { Analysis } from "./analysis.ts";
import { disputeShape } from "./dispute.ts";
import { fitted } from "./fit-record.ts";
import { keepable } from "./keepable.ts";
import { openWorkAttributes } from "./open-work.ts";
import { storedImageShape } from "./stored-image.ts";

/** What is said once, in the record: of the image and consent to it, and by people who do not agree with the result. */
const asideAttributes = [
  "image_saved",
  "raw_image_url",
  "processed_image_url",
  ...Object.keys(storedImageShape),
  ...Object.keys(disputeShape),
];

/**
 * What is stored of it. Heat maps are not: they are large and can be drawn again from the image. What is still too large
 * for an item is shortened, and says so.
 */
export function storable<Part extends Partial<Analysis>>(analysis: Part): Part {
  const { detections, ...rest } = defined(analysis);
  const light = detections ? { ...rest, detections: detections.map(({ heatmap: _, ...each }) => each) } : rest;
  return fitted(keepable(light)) as Part;
}

/** Without what no update may change. */
export function withoutKey({ request_id: _, created_at: __, ...rest }: Partial<Analysis>): Partial<Analysis> {
  return rest;
}

/** Without some of its attributes. */
export function without(record: Analysis, names: readonly (keyof Analysis)[]): Analysis {
  return omit(record, names) as Analysis;
}

/** Without attributes that are present but undefined. */
export function defined<Part extends object>(part: Part): Part {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Part;
}

/** The result alone, without {@link asideAttributes}: these may have changed since the record was read. */
export function withoutAsides<Part extends Partial<Analysis>>(part: Part): Part {
  return omit(part, asideAttributes) as Part;
}

/** Without what belongs to unfinished work. */
export function withoutOpenWork(part: Partial<Analysis>): Partial<Analysis> {
  return omit(part, openWorkAttributes);
}

function omit(part: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(part).filter(([name]) => !names.includes(name)));
}
