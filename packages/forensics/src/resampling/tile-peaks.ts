import type { Plane } from "../raster/plane.ts";
import { TileSpectra, tileSide } from "../raster/spectral-peaks.ts";
import { type TileLayout, tileLayout } from "../raster/tiles.ts";
import { predictorTile } from "./predictor-map.ts";

/** Images above this many pixels are covered by tiles that do not overlap: a quarter of the work. */
const largestOverlapped = 4e6;
const half = tileSide / 2;

/** Frequency pairs `(u, v)` and `(−v, u)`: `u` of 1…64 and `v` of 0…63 stand for all four quarter turns. */
export const pairCount = half * half;

/** Frequency of a pair in cycles per 128 pixels. */
export function pairFrequency(pair: number): { readonly u: number; readonly v: number } {
  return { u: (pair % half) + 1, v: Math.floor(pair / half) };
}

/** How strongly each tile shows each frequency pair. */
export interface TilePeaks {
  readonly layout: TileLayout;
  /** 1 where the tile can show anything. Row by row. */
  readonly telling: Uint8Array;
  /** `strength[tile · pairCount + pair]`: the smaller of the two peak ratios; mean ½, exponential without a trace. */
  readonly strength: Float32Array;
}

/**
 * Spectral peaks of the predictability map. Interpolation on a lattice that was scaled by one factor or turned leaves
 * a peak at the frequency of the old lattice in both of its directions, which are at right angles (Kirchner 2008,
 * section 5); a row of railings leaves one.
 */
export function tilePeaks(plane: Plane): TilePeaks {
  const stride = plane.width * plane.height > largestOverlapped ? tileSide : half;
  const layout = tileLayout(plane.width, plane.height, tileSide, stride, 1);
  const places = layout.rows.flatMap((y) => layout.columns.map((x) => ({ x, y })));
  const telling = new Uint8Array(places.length);
  const strength = new Float32Array(places.length * pairCount);
  const spectra = new TileSpectra();
  const tiles = [new Float64Array(tileSide ** 2), new Float64Array(tileSide ** 2)] as const;
  const ratios = [new Float32Array(tileSide ** 2), new Float32Array(tileSide ** 2)] as const;
  for (let first = 0; first < places.length; first += 2) {
    for (let i = 0; i < 2; i++) {
      const place = places[first + i];
      if (!place) tiles[i]!.fill(0);
      else if (predictorTile(plane, place.x, place.y, tiles[i]!)) telling[first + i] = 1;
    }
    spectra.analyze(tiles[0], tiles[1], ratios);
    for (let i = 0; i < 2; i++) {
      if (telling[first + i] === 1) pairStrengths(ratios[i]!, strength, (first + i) * pairCount);
    }
  }
  return { layout, telling, strength };
}

function pairStrengths(ratios: Float32Array, out: Float32Array, from: number): void {
  for (let pair = 0, v = 0; v < half; v++) {
    const turned = ((tileSide - v) % tileSide) as number;
    for (let u = 1; u <= half; u++, pair++) {
      out[from + pair] = Math.min(ratios[v * tileSide + u]!, ratios[u * tileSide + turned]!);
    }
  }
}
