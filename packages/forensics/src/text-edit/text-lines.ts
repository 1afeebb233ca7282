import { type ConnectedRegion, connectedRegions } from "../raster/connected-regions.ts";
import type { TextLayer } from "./text-layer.ts";

/** What makes a picture a page. */
export interface TextLines {
  /** Rows of at least three letters, or pieces of words, of like height on one base line. */
  readonly lines: number;
  /** Letters in these rows. */
  readonly letters: number;
  /** Share of the ink that lies in these rows, 0–1. */
  readonly inkShare: number;
}

type Letter = Pick<ConnectedRegion, "x" | "y" | "width" | "height" | "area">;

const leastHeight = 5;
const mostHeightShare = 0.2;
const fewestInLine = 3;
/** Height of the bands that letters are sorted into, pixels. */
const band = 32;

/** Looks for lines of text among the connected pieces of ink. */
export function textLines({ width, height, distance }: TextLayer): TextLines {
  const ink = Uint8Array.from(distance, (away) => (away === 0 ? 1 : 0));
  const pieces = connectedRegions(ink, width, height);
  const letters = pieces.filter((piece) => isLetter(piece, height));
  const chains = chainsOf(letters).filter(({ length }) => length >= fewestInLine);
  const total = pieces.reduce((sum, { area }) => sum + area, 0);
  const inLines = chains.flat().reduce((sum, { area }) => sum + area, 0);
  return {
    lines: chains.length,
    letters: chains.reduce((sum, { length }) => sum + length, 0),
    inkShare: total === 0 ? 0 : inLines / total,
  };
}

/** Share of the pixels away from ink that differ from paper by more than a quarter of the contrast of ink, 0–1. */
export function clutterOf({ contrast, inkContrast, distance }: TextLayer): number {
  let [away, cluttered] = [0, 0];
  for (let i = 0; i < distance.length; i++) {
    if (distance[i]! < 3) continue;
    away++;
    if (Math.abs(contrast[i]!) > 0.25 * inkContrast) cluttered++;
  }
  return away === 0 ? 1 : cluttered / away;
}

function isLetter({ width, height, area }: Letter, pageHeight: number): boolean {
  const fill = area / (width * height);
  return (
    height >= leastHeight && height <= mostHeightShare * pageHeight && width >= 2 && width <= 10 * height && fill > 0.1
  );
}

/** Joins each letter to its nearest right neighbour on the same base line. */
function chainsOf(letters: readonly Letter[]): Letter[][] {
  const bands = Map.groupBy(letters, ({ y, height }) => Math.floor((y + height) / band));
  for (const members of bands.values()) members.sort((a, b) => a.x - b.x);
  const next = new Map<Letter, Letter>();
  const followers = new Set<Letter>();
  for (const letter of letters) {
    const at = Math.floor((letter.y + letter.height) / band);
    const right = [at - 1, at, at + 1].flatMap((key) => nearestRight(letter, bands.get(key) ?? []));
    const nearest = right.sort((a, b) => a.x - b.x)[0];
    if (!nearest || followers.has(nearest)) continue;
    next.set(letter, nearest);
    followers.add(nearest);
  }
  return letters.filter((letter) => !followers.has(letter)).map((first) => chainFrom(first, next));
}

function chainFrom(first: Letter, next: ReadonlyMap<Letter, Letter>): Letter[] {
  const chain: Letter[] = [];
  for (let letter: Letter | undefined = first; letter; letter = next.get(letter)) chain.push(letter);
  return chain;
}

/** The first of the letters, sorted by their left edge, that continues a line. */
function nearestRight(letter: Letter, members: readonly Letter[]): Letter[] {
  let [low, high] = [0, members.length];
  const edge = letter.x + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (members[middle]!.x < edge) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < members.length; i++) {
    const other = members[i]!;
    if (other.x - letter.x - letter.width > 1.2 * Math.max(letter.height, other.height)) return [];
    if (continues(letter, other)) return [other];
  }
  return [];
}

function continues(a: Letter, b: Letter): boolean {
  const [smaller, larger] = [Math.min(a.height, b.height), Math.max(a.height, b.height)];
  const bottoms = Math.abs(a.y + a.height - b.y - b.height);
  return b.x >= a.x + a.width - 0.3 * larger && larger <= 2 * smaller && bottoms <= 0.3 * larger;
}
