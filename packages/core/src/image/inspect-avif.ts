import { brokenHeader, type ContainerFacts, emptyFacts, type GrowingFacts, textAt, viewOf } from "./container-facts.ts";

/** Boxes that hold boxes, and how many bytes of their own come first. */
const containers: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 };
const mostBoxes = 10_000;
const deepest = 8;

/** Reads size and rotation from the item properties of an AVIF file (ISO/IEC 23008-12, 6.5.3 and 6.5.10). */
export function inspectAvif(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  const turns = { quarter: false };
  walkBoxes(bytes, 0, { left: mostBoxes }, (type, body) => {
    if (type === "ispe" && body.length >= 12) takeLargest(facts, viewOf(body).getUint32(4), viewOf(body).getUint32(8));
    if (type === "irot" && ((body[0] ?? 0) & 1) === 1) turns.quarter = true;
    if (type === "colr" && textAt(body, 0, 4) === "prof")
      Object.assign(facts, { has_icc: true, metadata_bytes: facts.metadata_bytes + body.length });
    if (type === "infe" && textAt(body, 0, 64).includes("Exif")) facts.has_exif = true;
  });
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
    const own = containers[type];
    if (own !== undefined && depth < deepest) walkBoxes(body.subarray(own), depth + 1, budget, visit);
    offset += size;
  }
}
