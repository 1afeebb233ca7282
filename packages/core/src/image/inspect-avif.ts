import { brokenHeader, type ContainerFacts, emptyFacts, type GrowingFacts, textAt, viewOf } from "./container-facts.ts";
import { itemEntry, itemSizes } from "./item-locations.ts";

/** Boxes that hold boxes, and how many bytes of their own come first. */
const containers: Readonly<Record<string, (body: Uint8Array) => number>> = {
  meta: () => 4,
  // The number of items has 16 bits in version 0 and 32 later.
  iinf: (body) => (body[0] === 0 ? 6 : 8),
  ...Object.fromEntries(["iprp", "ipco", "moov", "trak", "mdia", "minf", "stbl"].map((type) => [type, () => 0])),
};
const mostBoxes = 10_000;
const deepest = 8;

/**
 * Reads size, rotation, profile, metadata items and the samples of a sequence from the boxes of an AVIF file
 * (ISO/IEC 23008-12, 6.5.3, 6.5.5 and 6.5.10; ISO/IEC 14496-12, 8.7.3 and 8.11).
 */
export function inspectAvif(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  const metadataItems: number[] = [];
  const turns = { quarter: false };
  let sizes = new Map<number, number>();
  walkBoxes(bytes, 0, { left: mostBoxes }, (type, body) => {
    if (type === "ispe" && body.length >= 12) takeLargest(facts, viewOf(body).getUint32(4), viewOf(body).getUint32(8));
    if (type === "irot" && ((body[0] ?? 0) & 1) === 1) turns.quarter = true;
    if (type === "colr" && ["prof", "rICC"].includes(textAt(body, 0, 4)))
      Object.assign(facts, { has_icc: true, metadata_bytes: facts.metadata_bytes + body.length - 4 });
    if (type === "stsz" && body.length >= 12) facts.frames = Math.max(facts.frames, viewOf(body).getUint32(8));
    if (type === "iloc") sizes = itemSizes(body);
    const item = type === "infe" ? itemEntry(body) : undefined;
    if (item?.type === "Exif") facts.has_exif = true;
    if (item?.type === "Exif" || item?.type === "mime") metadataItems.push(item.id);
  });
  for (const id of metadataItems) facts.metadata_bytes += sizes.get(id) ?? 0;
  if (facts.width === 0 || facts.height === 0) throw brokenHeader("the AVIF file has no item with a size");
  // The decoder applies irot, so the stored raster is the turned one.
  return turns.quarter ? { ...facts, width: facts.height, height: facts.width } : facts;
}

/** Of tiles, auxiliary images and the picture itself, the picture is the largest. */
function takeLargest(facts: GrowingFacts, width: number, height: number): void {
  if (width * height > facts.width * facts.height) Object.assign(facts, { width, height });
}

function walkBoxes(
  bytes: Uint8Array,
  depth: number,
  budget: { left: number },
  visit: (type: string, body: Uint8Array) => void,
): void {
  const view = viewOf(bytes);
  for (let offset = 0; offset + 8 <= bytes.length && budget.left-- > 0; ) {
    const declared = view.getUint32(offset);
    const type = textAt(bytes, offset + 4, 4);
    const large = declared === 1 && offset + 16 <= bytes.length;
    const header = large ? 16 : 8;
    const size = large
      ? view.getUint32(offset + 8) * 2 ** 32 + view.getUint32(offset + 12)
      : declared === 0
        ? bytes.length - offset
        : declared;
    if (size < header) return;
    const body = bytes.subarray(offset + header, offset + size);
    visit(type, body);
    const own = containers[type]?.(body);
    if (own !== undefined && depth < deepest) walkBoxes(body.subarray(own), depth + 1, budget, visit);
    offset += size;
  }
}
