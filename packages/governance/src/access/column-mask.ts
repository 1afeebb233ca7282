import { createHmac } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { attributeConditionSchema } from "./attribute-condition.ts";

/** The kinds of masks, strictest first: where several apply to a column, the first of these wins. */
export const maskKinds = ["nullify", "redact", "hash", "year", "last4", "first4", "custom"] as const;
/** One of {@link maskKinds}. */
export type MaskKind = (typeof maskKinds)[number];

const name = z.string().min(1).max(128);
const base = {
  id: name,
  /** Kind of resource, or `kind/id` for one of them. */
  resource: z.string().min(1),
  columns: z.array(name).min(1).optional(),
  /** Tags of columns, e.g. `personal`. */
  tags: z.array(name).min(1).optional(),
  /** Who sees the values; default nobody. Masked also when it is not known whether it holds. */
  unless: attributeConditionSchema.optional(),
};

/** How the values of columns, named or tagged, are hidden. */
export const columnMaskSchema = z
  .union([
    z.strictObject({ ...base, mask: z.enum(["nullify", "redact", "hash", "year", "last4", "first4"]) }),
    /** `function`: one of those given to the evaluator. */
    z.strictObject({ ...base, mask: z.literal("custom"), function: name }),
  ])
  .refine(({ columns, tags }) => columns !== undefined || tags !== undefined, "name columns or tags");
/** See `columnMaskSchema`. */
export type ColumnMask = z.infer<typeof columnMaskSchema>;

/** What masks need besides the value. */
export interface MaskOptions {
  /** Key of `hash`, at least 16 bytes: without one, short values could be guessed from their hashes. */
  readonly hashKey?: Uint8Array;
  /** The functions of `custom` masks by name. */
  readonly custom?: Readonly<Record<string, (value: unknown) => unknown>>;
}

const leastKeyBytes = 16;

/**
 * A value as its mask shows it. Null stays null.
 *
 * @throws ArtGuardError `access.invalid-policy` when the key or the function of the mask is not there.
 */
export function masked(value: unknown, mask: ColumnMask, options: MaskOptions): unknown {
  if (value === undefined || value === null || mask.mask === "nullify") return null;
  if (mask.mask === "custom") return customMask(mask.function, options)(value);
  if (mask.mask === "hash") return hashed(value, options.hashKey);
  if (mask.mask === "year") return yearOf(value);
  const text = typeof value === "object" && !(value instanceof Date) ? JSON.stringify(value) : String(value);
  const characters = [...text];
  const { length } = characters;
  // A value of four characters would be shown whole.
  if (mask.mask === "redact" || length <= 4) return redacted(text);
  const at = mask.mask === "first4" ? 4 : length - 4;
  const [head, tail] = [characters.slice(0, at).join(""), characters.slice(at).join("")];
  return mask.mask === "first4" ? head + redacted(tail) : redacted(head) + tail;
}

/** Letters become `x`, digits `0`; other characters stay, as in Apache Ranger. */
function redacted(text: string): string {
  return text.replace(/\p{L}/gu, "x").replace(/\p{N}/gu, "0");
}

function hashed(value: unknown, key: Uint8Array | undefined): string {
  if (key === undefined || key.length < leastKeyBytes) {
    throw new ArtGuardError("access.invalid-policy", `a hash mask needs a key of at least ${leastKeyBytes} bytes`);
  }
  return createHmac("sha256", key).update(JSON.stringify(value)).digest("hex");
}

/** 1 January of the year, in the form of the value; null for what is no date. */
function yearOf(value: unknown): string | number | null {
  const date =
    typeof value === "number" || typeof value === "string" || value instanceof Date ? new Date(value) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) return null;
  const year = date.getUTCFullYear();
  return typeof value === "number" ? Date.UTC(year, 0, 1) : `${String(year).padStart(4, "0")}-01-01`;
}

function customMask(name: string, { custom }: MaskOptions): (value: unknown) => unknown {
  const mask = custom && Object.hasOwn(custom, name) ? custom[name] : undefined;
  if (mask) return mask;
  throw new ArtGuardError("access.invalid-policy", `nobody gave the mask function "${name}"`);
}
