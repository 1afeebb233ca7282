import type { Raster } from "@artguard/core";
import { addCoOccurrenceFeatures } from "./co-occurrence-features.ts";
import { addColourFeatures } from "./colour-features.ts";
import { addFeature, type FeatureList } from "./feature-list.ts";
import { addNeighbourFeatures } from "./neighbour-features.ts";
import { addPaletteFeatures } from "./palette-features.ts";
import { addSpectrumFeatures } from "./spectrum-features.ts";
import { createTile, readTile, type Tile, tilePlaces } from "./tiles.ts";
import { addWaveletFeatures } from "./wavelet-features.ts";

/** Features of which the spread over the picture counts beside the mean. */
const spread =
  /^(square|median|noise|cell|decay|tails|ring_(6|10|14)|power|saturation$|clipped|contrast|fine_|half_|light_|chroma_|red_green|yellow_blue|colour_|hue)/;

/**
 * Statistics of unscaled pixels that differ between pictures of cameras, scanners and painters and those of image
 * generators: mean over the tiles, and for some the 10 % and 90 % quantiles.
 *
 * @param raster At least 128 px on both sides.
 * @example
 * const features = syntheticImageFeatures(image.raster);
 */
export function imageFeatures(raster: Raster): FeatureList {
  const tile = createTile();
  const tiles = tilePlaces(raster.width, raster.height).map(({ x, y }) => {
    readTile(raster, x, y, tile);
    return tileFeatures(tile);
  });
  const list: FeatureList = { names: [], values: [] };
  const names = tiles[0]?.names ?? [];
  for (const [i, name] of names.entries()) {
    const column = tiles.map(({ values }) => values[i]!).sort((a, b) => a - b);
    addFeature(list, name, column.reduce((sum, value) => sum + value, 0) / column.length);
    if (!spread.test(name)) continue;
    addFeature(list, `${name}_q10`, quantile(column, 0.1));
    addFeature(list, `${name}_q90`, quantile(column, 0.9));
  }
  return list;
}

function tileFeatures(tile: Tile): FeatureList {
  const list: FeatureList = { names: [], values: [] };
  addSpectrumFeatures(list, tile.luma);
  addNeighbourFeatures(list, tile.luma);
  addWaveletFeatures(list, tile.luma);
  addCoOccurrenceFeatures(list, tile.luma);
  addColourFeatures(list, tile);
  addPaletteFeatures(list, tile);
  return list;
}

/** Linear between the neighbouring order statistics, so that few tiles give no jumps. */
function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(ascending.length - 1, below + 1);
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}
