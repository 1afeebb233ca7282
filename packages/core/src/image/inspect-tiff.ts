import { brokenHeader, type ContainerFacts, emptyFacts, type GrowingFacts, viewOf } from "./container-facts.ts";
import { asOrientation } from "./exif-orientation.ts";

const tags = {
  width: 256,
  height: 257,
  orientation: 274,
  xmp: 700,
  iptc: 33723,
  photoshop: 34377,
  exif: 34665,
  icc: 34675,
};
const metadataTags: ReadonlySet<number> = new Set([tags.xmp, tags.iptc, tags.photoshop, tags.icc]);
const typeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** Directories that are counted; a longer chain is as good as this many frames. */
const mostDirectories = 100_000;

/** Reads the directories of a classic TIFF file (TIFF 6.0, section 2); each is visited once, so cycles end. */
export function inspectTiff(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  const view = viewOf(bytes);
  const littleEndian = bytes[0] === 0x49;
  if (bytes.length < 8) throw brokenHeader("the TIFF file ends in its header");
  const visited = new Set<number>();
  let directory = view.getUint32(4, littleEndian);
  while (
    directory !== 0 &&
    directory + 2 <= bytes.length &&
    !visited.has(directory) &&
    visited.size < mostDirectories
  ) {
    visited.add(directory);
    const count = view.getUint16(directory, littleEndian);
    if (visited.size === 1) readDirectory(facts, view, directory, count, littleEndian);
    const link = directory + 2 + 12 * count;
    directory = link + 4 <= bytes.length ? view.getUint32(link, littleEndian) : 0;
  }
  facts.frames = Math.max(1, visited.size);
  if (facts.width === 0 || facts.height === 0) throw brokenHeader("the TIFF file has no directory with a size");
  return facts;
}

function readDirectory(
  facts: GrowingFacts,
  view: DataView,
  directory: number,
  count: number,
  littleEndian: boolean,
): void {
  for (let i = 0, entry = directory + 2; i < count && entry + 12 <= view.byteLength; i++, entry += 12) {
    const tag = view.getUint16(entry, littleEndian);
    const type = view.getUint16(entry + 2, littleEndian);
    const value = type === 3 ? view.getUint16(entry + 8, littleEndian) : view.getUint32(entry + 8, littleEndian);
    if (tag === tags.width) facts.width = value;
    else if (tag === tags.height) facts.height = value;
    else if (tag === tags.orientation) facts.orientation = asOrientation(value);
    else if (tag === tags.exif) facts.has_exif = true;
    if (tag === tags.icc) facts.has_icc = true;
    if (metadataTags.has(tag)) facts.metadata_bytes += (typeSizes[type] ?? 1) * view.getUint32(entry + 4, littleEndian);
  }
}
