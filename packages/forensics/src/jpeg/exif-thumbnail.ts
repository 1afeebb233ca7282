const thumbnailOffsetTag = 0x0201;
const thumbnailLengthTag = 0x0202;

/**
 * The JPEG thumbnail in an EXIF block (EXIF 2.32, 4.6.8: IFD1, JPEGInterchangeFormat), or null.
 *
 * @param tiff The block after `Exif\0\0`.
 */
export function exifThumbnail(tiff: Uint8Array): Uint8Array | null {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return null;
  const littleEndian = view.getUint16(0) === 0x4949;
  const afterFirst = nextDirectory(view, view.getUint32(4, littleEndian), littleEndian);
  if (afterFirst === 0) return null;
  const offset = longValue(view, afterFirst, thumbnailOffsetTag, littleEndian);
  const length = longValue(view, afterFirst, thumbnailLengthTag, littleEndian);
  if (!offset || !length || offset + length > tiff.length) return null;
  const thumbnail = tiff.subarray(offset, offset + length);
  return thumbnail[0] === 0xff && thumbnail[1] === 0xd8 ? thumbnail : null;
}

/** Offset of the directory after the one at `offset`; 0 when there is none inside the block. */
function nextDirectory(view: DataView, offset: number, littleEndian: boolean): number {
  if (offset + 2 > view.byteLength) return 0;
  const link = offset + 2 + 12 * view.getUint16(offset, littleEndian);
  return link + 4 > view.byteLength ? 0 : view.getUint32(link, littleEndian);
}

function longValue(view: DataView, directory: number, tag: number, littleEndian: boolean): number | undefined {
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, littleEndian);
  for (let entry = directory + 2, i = 0; i < count && entry + 12 <= view.byteLength; i++, entry += 12) {
    if (view.getUint16(entry, littleEndian) !== tag) continue;
    const isShort = view.getUint16(entry + 2, littleEndian) === 3;
    return isShort ? view.getUint16(entry + 8, littleEndian) : view.getUint32(entry + 8, littleEndian);
  }
  return undefined;
}
