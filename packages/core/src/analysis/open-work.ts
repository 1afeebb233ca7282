import { createHash } from "node:crypto";
import { z } from "zod";
import { languages } from "../vision/explanation.ts";

/** Partitions of the index of open work. Claims walk all of them, writes spread over them. */
export const openWorkShards = 8;

/** Attributes of a record that is PENDING or PROCESSING: who works on it, and until when that is believed. */
export const openWorkShape = {
  /** `OPEN#<shard>`; present only while the record is PENDING or PROCESSING. */
  open_work: z
    .string()
    .regex(/^OPEN#\d+$/)
    .optional(),
  /** Epoch milliseconds until which `lease_owner` alone may write. */
  lease_until: z.number().int().nonnegative().optional(),
  lease_owner: z.string().min(1).optional(),
  /** How often the work was begun. */
  attempt: z.number().int().nonnegative().optional(),
  /** Grows with every claim; a write with an older one is refused. */
  fence: z.number().int().nonnegative().optional(),
  /** How a submitted job is to be done; present only while the record is open. */
  job: z
    .object({
      deadline_ms: z.number().positive().optional(),
      stability: z.boolean().optional(),
      save_image: z.boolean().optional(),
      language: z.enum(languages).optional(),
      remote: z.boolean().optional(),
    })
    .optional(),
  /** One analysis was taken from the owner's quota; a refund takes this away, so that it happens once. */
  quota_charged: z.boolean().optional(),
  /** The UTC month `YYYY-MM` in which it was charged. */
  quota_period: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .optional(),
};

/** Attributes that a record loses when it ends. */
export const openWorkAttributes = [
  "open_work",
  "lease_until",
  "lease_owner",
  "job",
  "input_object",
  "input_expires_at",
] as const;

/** One partition of the index of open work. */
export function openWorkPartition(shard: number): string {
  return `OPEN#${shard}`;
}

/** A number from 0 to `shards` − 1 that depends on the id alone. */
export function shardOf(requestId: string, shards: number): number {
  return createHash("sha256").update(requestId).digest().readUInt32BE() % shards;
}
