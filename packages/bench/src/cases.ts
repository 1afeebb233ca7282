import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";

/**
 * How an image reaches the detectors: as it is; both classes re-encoded alike (JPEG quality 90, 4:2:0, no metadata), so
 * that no format tells the class; sent through a messenger (three quarters of the size, JPEG quality 75); and brought
 * to one size besides (long side 512, quality 90), for sets whose sizes tell the class.
 */
export const variants = ["as-is", "re-encoded", "messenger", "same-size"] as const;
/** One of {@link variants}. */
export type Variant = (typeof variants)[number];

/** One labelled image of the benchmark. */
export interface BenchCase {
  readonly path: string;
  readonly variant: Variant;
  readonly set: string;
  readonly task: ManifestRow["task"];
  /** Unique over all sets: pictures of one group are not independent. */
  readonly group: string;
  readonly isForged: boolean;
  /** The benchmark made it out of another picture. */
  readonly isMade?: true;
  /** The file of the mask, or undefined. */
  readonly mask: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

/** Sets whose authentic and tampered pictures cannot be compared: one class only, or told apart by their size. */
const localisationOnly: ReadonlySet<string> = new Set(["fau-copymove", "text-tamper"]);
/** Twelve grids hold the same pictures as twelve tiles. */
const leftOut: ReadonlySet<string> = new Set(["supagruen-grids"]);

const forgedLabels: ReadonlySet<string> = new Set(["tampered", "generated"]);

/** Rows of the benchmark: manipulation, generated and original pictures, in the order of the manifest. */
export function benchRows(
  data: DevelopmentData,
  { limit, sets }: { limit?: number; sets?: readonly string[] } = {},
): ManifestRow[] {
  const rows = data.rows.filter(
    ({ task, set }) =>
      ["manipulation", "ai-generated", "original"].includes(task) && !leftOut.has(set) && (sets?.includes(set) ?? true),
  );
  if (limit === undefined) return rows;
  const perClass = Object.groupBy(rows, ({ set, label }) => `${set} ${label}`);
  const each = Math.max(1, Math.floor(limit / Object.keys(perClass).length));
  return Object.values(perClass).flatMap((members) => members!.slice(0, each));
}

/** Whether image-level figures of the set mean anything. */
export function isComparable(set: string): boolean {
  return !localisationOnly.has(set);
}

/** Reads a row in a variant. */
export async function readCase(data: DevelopmentData, row: ManifestRow, variant: Variant): Promise<BenchCase> {
  const original = data.read(row);
  const bytes = await prepared(original, variant);
  const mask = row.mask === "" ? undefined : data.read({ ...row, path: row.mask });
  return {
    path: row.path,
    variant,
    set: row.set,
    task: row.task,
    group: `${row.set}/${row.group || row.path}`,
    isForged: forgedLabels.has(row.label),
    mask: mask && (await resizedMask(mask, bytes)),
    bytes,
  };
}

/** Stored orientation is kept, so that masks still fit. */
async function prepared(bytes: Uint8Array, variant: Variant): Promise<Uint8Array> {
  if (variant === "as-is") return bytes;
  const image = sharp(bytes).flatten({ background: "#ffffff" });
  const { width = 1, height = 1 } = await image.metadata();
  const longSide = { "re-encoded": undefined, messenger: 0.75 * Math.max(width, height), "same-size": 512 }[variant];
  if (longSide !== undefined) {
    const scale = longSide / Math.max(width, height);
    image.resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: "fill" });
  }
  return await image.jpeg({ quality: variant === "messenger" ? 75 : 90, chromaSubsampling: "4:2:0" }).toBuffer();
}

async function resizedMask(mask: Uint8Array, image: Uint8Array): Promise<Uint8Array> {
  const [from, to] = await Promise.all([sharp(mask).metadata(), sharp(image).metadata()]);
  if (from.width === to.width && from.height === to.height) return mask;
  return await sharp(mask).resize(to.width, to.height, { fit: "fill", kernel: "nearest" }).png().toBuffer();
}
