import type { Plane } from "../raster/plane.ts";
import { discRadius, momentCount, ZernikeMoments } from "./zernike-moments.ts";

/** Pixels between two discs. */
export const latticeStep = 2;

/** The descriptions of discs on a lattice; the disc of node (i, j) is centred on the corner of pixel `first + step · (i, j)`. */
export interface MomentField {
  readonly columns: number;
  readonly rows: number;
  /** That of node n at `n · momentCount`. */
  readonly moments: Float32Array;
  /** 1 where a disc holds something to compare and is smooth. */
  readonly isUsed: Uint8Array;
}

/** x or y of the centre of a node, pixels; the centre of the first pixel is 0. */
export function nodeCentre(index: number): number {
  return discRadius + latticeStep * index - 0.5;
}

/**
 * Describes the discs of a plane whose mean has been taken out.
 *
 * @param least Least root mean square of a disc that is used, grey values.
 * @param most Largest one: what is rougher is left to the keypoints.
 */
export function momentField(band: Plane, least: number, most: number): MomentField {
  const columns = nodesAlong(band.width);
  const rows = nodesAlong(band.height);
  const moments = new Float32Array(columns * rows * momentCount);
  const isUsed = new Uint8Array(columns * rows);
  const zernike = new ZernikeMoments();
  for (let row = 0, node = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, node++) {
      const [x, y] = [discRadius + latticeStep * column, discRadius + latticeStep * row];
      if (zernike.describe(band, x, y, least, most, moments, node * momentCount)) isUsed[node] = 1;
    }
  }
  return { columns, rows, moments, isUsed };
}

function nodesAlong(side: number): number {
  return Math.max(0, Math.floor((side - 2 * discRadius) / latticeStep) + 1);
}
