import type { Detection, Heatmap } from "../detection/detection.ts";

/** Pixels per cell side of the fused map: one JPEG block. */
const fusedScale = 8;

/**
 * One map of suspicion from all scored detectors, in the frame of the stored raster: every cell takes the strongest
 * opinion, so that a place is marked when any cue marks it. Null when no detector localised anything.
 *
 * @param size Stored pixels of the image.
 */
export function fuseHeatmaps(
  detections: readonly Detection[],
  size: { width: number; height: number },
): Heatmap | null {
  const maps = detections
    .filter(({ status, family }) => status === "ok" && family !== "display")
    .flatMap(({ heatmap }) => (heatmap ? [heatmap] : []));
  if (maps.length === 0) return null;
  const width = Math.ceil(size.width / fusedScale);
  const height = Math.ceil(size.height / fusedScale);
  const data = new Float32Array(width * height);
  for (const map of maps) raiseTo(data, width, height, map);
  return { width, height, scale: fusedScale, data };
}

/** Nearest neighbour: the cell of `map` that holds the centre of each fused cell. */
function raiseTo(data: Float32Array, width: number, height: number, map: Heatmap): void {
  for (let y = 0; y < height; y++) {
    const row = Math.min(map.height - 1, Math.floor(((y + 0.5) * fusedScale) / map.scale)) * map.width;
    for (let x = 0; x < width; x++) {
      const column = Math.min(map.width - 1, Math.floor(((x + 0.5) * fusedScale) / map.scale));
      data[y * width + x] = Math.max(data[y * width + x]!, map.data[row + column]!);
    }
  }
}
