/** A corner of cells on the lattice between them. */
export type Corner = readonly [x: number, y: number];

/** East, south, west, north. */
const steps = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;
/** The cell ahead on the right of a corner, by direction; that on the left is the same for the direction before. */
const rightCells = [
  [0, 0],
  [-1, 0],
  [-1, -1],
  [0, -1],
] as const;

/**
 * The outer outline of the four-connected region that holds a cell, clockwise, as the corners at which it turns: crack
 * following with the region on the right hand (Rosenfeld & Kak 1982, 11.1.3). Holes have no outline of their own.
 *
 * @param isInside Whether a cell belongs to a region; false beyond the grid.
 * @param first The region's first cell in reading order.
 */
export function traceOutline(isInside: (x: number, y: number) => boolean, first: Corner): Corner[] {
  const corners: Corner[] = [first];
  let [x, y] = first;
  let direction = 0;
  const holds = (side: number) => isInside(x + rightCells[side]![0], y + rightCells[side]![1]);
  for (;;) {
    x += steps[direction]![0];
    y += steps[direction]![1];
    const left = (direction + 3) % 4;
    const next = !holds(direction) ? (direction + 1) % 4 : holds(left) ? left : direction;
    if (next === 0 && x === first[0] && y === first[1]) return corners;
    if (next !== direction) corners.push([x, y]);
    direction = next;
  }
}
