import type { Raster } from "@artguard/core";

/** One channel of real numbers, row-major. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

const lumaPlanes = new WeakMap<Raster, Plane>();

/**
 * The luma of a raster, 0–255 unrounded: `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601, as JFIF prescribes).
 * Computed once per raster and shared by all detectors; do not change it.
 */
export function lumaPlane(raster: Raster): Plane {
  const known = lumaPlanes.get(raster);
  if (known) return known;
  const plane = { width: raster.width, height: raster.height, data: toLuma(raster) };
  lumaPlanes.set(raster, plane);
  return plane;
}

function toLuma({ width, height, channels, data }: Raster): Float32Array {
  if (channels === 1) return Float32Array.from(data);
  const luma = new Float32Array(width * height);
  for (let i = 0, j = 0; i < luma.length; i++, j += 3) {
    luma[i] = 0.299 * data[j]! + 0.587 * data[j + 1]! + 0.114 * data[j + 2]!;
  }
  return luma;
}
