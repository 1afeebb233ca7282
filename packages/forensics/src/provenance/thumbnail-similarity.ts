import type { Raster } from "@artguard/core";
import { lumaPlane, type Plane } from "../raster/plane.ts";

/** Cells of the grid on which two pictures are compared. */
const columns = 16;
const rows = 12;

/** Left, top, width and height in shares of a picture. */
type Part = readonly [x: number, y: number, width: number, height: number];
const whole: Part = [0, 0, 1, 1];

/**
 * How far a thumbnail shows the same picture as the image: the largest Spearman correlation of their luma on a
 * 16 × 12 grid over the ways in which cameras make thumbnails: stretched, with bars, cut to another aspect, or turned
 * upright. Ranks make it blind to contrast and to how dark a picture is; a mirrored picture is another one.
 *
 * @returns −1…1, about 0 for unrelated pictures.
 */
export function thumbnailSimilarity(image: Raster, thumbnail: Raster): number {
  const [large, small] = [lumaPlane(image), lumaPlane(thumbnail)];
  const content = withoutBars(small);
  let best = -1;
  for (const quarterTurns of [0, 1, 2, 3]) {
    const turned = quarterTurns % 2 === 1 ? large.height / large.width : large.width / large.height;
    const pairs: [image: Part, thumbnail: Part][] = [
      ...alignments(turned, small.width / small.height),
      [whole, content],
    ];
    for (const [part, shown] of pairs) {
      const a = ranks(turn(part, quarterTurns, large));
      best = Math.max(best, correlation(a, ranks(cells(small, shown))));
    }
  }
  return best;
}

/** Which part of the image is which part of the thumbnail, given the aspects of both. */
function alignments(image: number, thumbnail: number): [image: Part, thumbnail: Part][] {
  const ratio = image / thumbnail;
  const inner = centred(Math.min(1, ratio), Math.min(1, 1 / ratio));
  const cut = centred(Math.min(1, 1 / ratio), Math.min(1, ratio));
  return [
    [whole, whole],
    [whole, inner],
    [cut, whole],
  ];
}

/** Luma up to which a border of a thumbnail is taken for a bar. */
const darkest = 24;

/** The part of a thumbnail inside its dark bars; the whole when all of it is dark. */
function withoutBars({ width, height, data }: Plane): Part {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x]! <= darkest) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    }
  }
  return right === 0 ? whole : [left / width, top / height, (right - left) / width, (bottom - top) / height];
}

function centred(width: number, height: number): Part {
  return [(1 - width) / 2, (1 - height) / 2, width, height];
}

/** Cells of a part of the upright picture: of `plane` turned clockwise. `part` is in shares of the turned picture. */
function turn([x, y, w, h]: Part, quarterTurns: number, plane: Plane): Float32Array {
  if (quarterTurns === 0) return cells(plane, [x, y, w, h]);
  // Parts are centred, so that turning them only swaps their sides.
  const isSideways = quarterTurns % 2 === 1;
  const source = cells(plane, isSideways ? [y, x, h, w] : [x, y, w, h], isSideways);
  return Float32Array.from(source, (_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    if (quarterTurns === 2) return source[(rows - 1 - row) * columns + (columns - 1 - column)]!;
    return quarterTurns === 1
      ? source[(columns - 1 - column) * rows + row]!
      : source[column * rows + (rows - 1 - row)]!;
  });
}

/** Mean luma of each cell of a part of the picture; `isSideways` makes the grid 12 wide and 16 high. */
function cells({ width, height, data }: Plane, [x, y, w, h]: Part, isSideways = false): Float32Array {
  const [across, down] = isSideways ? [rows, columns] : [columns, rows];
  const edge = (start: number, span: number, index: number, count: number, size: number) =>
    Math.min(size - 1, Math.floor((start + (span * index) / count) * size));
  return Float32Array.from({ length: across * down }, (_, cell) => {
    const [column, row] = [cell % across, Math.floor(cell / across)];
    const [left, right] = [edge(x, w, column, across, width), edge(x, w, column + 1, across, width)];
    const [top, bottom] = [edge(y, h, row, down, height), edge(y, h, row + 1, down, height)];
    let sum = 0;
    let count = 0;
    for (let v = top; v < Math.max(top + 1, bottom); v++) {
      for (let u = left; u < Math.max(left + 1, right); u++, count++) sum += data[v * width + u]!;
    }
    return sum / count;
  });
}

/** Average ranks of the values; equal values share one. */
function ranks(values: Float32Array): Float32Array {
  const order = Uint32Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const result = new Float32Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (a.length - 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i]! - mean, b[i]! - mean];
    ab += p * q;
    aa += p * p;
    bb += q * q;
  }
  // Two flat pictures are the same picture; a flat one and another are not.
  return aa === 0 || bb === 0 ? Number(aa === bb) : ab / Math.sqrt(aa * bb);
}
