/** The entropy-coded bytes of one scan, without stuffing, and where each restart interval begins. */
export interface EntropySegment {
  /** Stuffed zeros and restart markers removed; padded so that look-ahead never leaves the array. */
  readonly data: Uint8Array;
  /** Offset in `data` of each restart interval; the last entry is the end of the scan's data. */
  readonly starts: readonly number[];
  /** Offset in the file of the marker that ends the scan, or the file's length. */
  readonly end: number;
}

const padding = 8;

/** Offset of the next marker that is neither stuffing nor a restart, or the length of `bytes`. */
export function findScanEnd(bytes: Uint8Array, offset: number): number {
  for (let i = bytes.indexOf(0xff, offset); i >= 0 && i + 1 < bytes.length; i = bytes.indexOf(0xff, i + 1)) {
    const next = bytes[i + 1]!;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return i;
  }
  return bytes.length;
}

/** Reads the entropy-coded data that begins at `offset` (ITU-T T.81, B.1.1.5 and F.1.2.3). */
export function readEntropySegment(bytes: Uint8Array, offset: number): EntropySegment {
  const end = findScanEnd(bytes, offset);
  const data = new Uint8Array(end - offset + padding);
  const starts = [0];
  let length = 0;
  let from = offset;
  for (let i = bytes.indexOf(0xff, offset); i >= 0 && i < end; i = bytes.indexOf(0xff, from)) {
    const next = bytes[i + 1]!;
    const upTo = next === 0 ? i + 1 : i;
    data.set(bytes.subarray(from, upTo), length);
    length += upTo - from;
    if (next >= 0xd0 && next <= 0xd7) starts.push(length);
    from = next === 0xff ? i + 1 : i + 2;
  }
  if (from < end) {
    data.set(bytes.subarray(from, end), length);
    length += end - from;
  }
  return { data: data.subarray(0, length + padding), starts: [...starts, length], end };
}
