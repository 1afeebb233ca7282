import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";

/** How an image reaches the detectors: as it is, or both classes treated alike so that no format tells the class. */
export const variants = ["as-is", "re-encoded"] as const;
/** One of {@link variants}. */
export type Variant = (typeof variants)[number];

/** One labelled image of the benchmark. */
export interface BenchCase {
  readonly path: string;
  readonly set: string;
  readonly task: ManifestRow["task"];
  /** Unique over all sets: pictures of one group are not independent. */
  readonly group: string;
  readonly isForged: boolean;
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
  const bytes = data.read(row);
  return {
    path: row.path,
    set: row.set,
    task: row.task,
    group: `${row.set}/${row.group || row.path}`,
    isForged: forgedLabels.has(row.label),
    mask: row.mask === "" ? undefined : data.read({ ...row, path: row.mask }),
    bytes: variant === "as-is" ? bytes : await reencoded(bytes),
  };
}

/** JPEG of quality 90, 4:2:0, without metadata; stored orientation kept, so that masks still fit. */
async function reencoded(bytes: Uint8Array): Promise<Uint8Array> {
  return await sharp(bytes)
    .flatten({ background: "#ffffff" })
    .jpeg({ quality: 90, chromaSubsampling: "4:2:0" })
    .toBuffer();
}
