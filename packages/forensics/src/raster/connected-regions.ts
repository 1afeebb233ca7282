/** A connected set of cells: its bounding box and how many cells it has. */
export interface ConnectedRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly area: number;
  /** Indexes of its cells. */
  readonly cells: Int32Array;
}

/** The 8-connected regions of the non-zero cells of a mask, largest first. */
export function connectedRegions(mask: Uint8Array, width: number, height: number): ConnectedRegion[] {
  const seen = new Uint8Array(mask.length);
  const queue = new Int32Array(mask.length);
  const regions: ConnectedRegion[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== 0 && seen[start] === 0) regions.push(flood(start, mask, width, height, seen, queue));
  }
  return regions.sort((a, b) => b.area - a.area);
}

function flood(
  start: number,
  mask: Uint8Array,
  width: number,
  height: number,
  seen: Uint8Array,
  queue: Int32Array,
): ConnectedRegion {
  let [left, right, top, bottom] = [width, 0, height, 0];
  let tail = 1;
  queue[0] = start;
  seen[start] = 1;
  for (let head = 0; head < tail; head++) {
    const x = queue[head]! % width;
    const y = (queue[head]! - x) / width;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (mask[next] === 0 || seen[next] !== 0) continue;
        seen[next] = 1;
        queue[tail++] = next;
      }
    }
  }
  return {
    x: left,
    y: top,
    width: right - left + 1,
    height: bottom - top + 1,
    area: tail,
    cells: queue.slice(0, tail),
  };
}
