import { itemSize, itemSizeBound } from "../storage/item-size.ts";
import type { Analysis } from "./analysis.ts";

/** Room for a result in an item of 400 KB, beside what else its record says. */
const mostBytes = 320 * 1024;
/** Entries that a list keeps at first, halved until the result fits. */
const mostEntries = 512;
const [leastText, textPerEntry, bulkPerEntry] = [256, 32, 64];

/** What grows with the image or with what a detector has to say. */
const growing = [
  "ai_analysis",
  "explanation",
  "detections",
  "findings",
  "counter_evidence",
  "regions",
  "stability",
  "error",
  "error_message",
] as const satisfies readonly (keyof Analysis)[];

/**
 * The result, shortened where an item could not hold it: lists keep their first entries, which are the strongest, long
 * texts their beginning; large outlines and measurements are left out. `truncated` names what was shortened. No
 * detection is left out, so that the result can still be judged again.
 */
export function fitted<Part extends object>(part: Part): Part {
  if (fits(part)) return part;
  let shorter: Partial<Analysis> = part;
  for (let most = mostEntries; most >= 1 && !fits(shorter); most /= 2) shorter = shortened(shorter, most);
  const given: Partial<Analysis> = part;
  const truncated = growing.filter((name) => sizeOf(shorter[name]) < sizeOf(given[name]));
  return { ...part, ...shorter, truncated };
}

function fits(part: object): boolean {
  return itemSizeBound(part) <= mostBytes || itemSize(part) <= mostBytes;
}

function sizeOf(value: unknown): number {
  return itemSizeBound({ value });
}

function shortened(part: Partial<Analysis>, most: number): Partial<Analysis> {
  const present = growing.filter((name) => part[name] !== undefined);
  const cut = present.map((name) => {
    const value: unknown = part[name];
    return [name, name === "detections" ? (value as unknown[]).map((each) => cutTo(each, most)) : cutTo(value, most)];
  });
  return { ...part, ...Object.fromEntries(cut) };
}

function cutTo(value: unknown, most: number): unknown {
  if (typeof value === "string") return cutText(value, Math.max(leastText, textPerEntry * most));
  if (Array.isArray(value)) return value.slice(0, most).map((each) => cutTo(each, most));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name, each]) => !isBulk(name) || itemSize(each) <= bulkPerEntry * most);
  return Object.fromEntries(kept.map(([name, each]) => [name, isBulk(name) ? each : cutTo(each, most)]));
}

/** Part of an outline, or of measurements, would say something else than the whole. */
function isBulk(name: string): boolean {
  return name === "polygon" || name === "measurements";
}

function cutText(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}
