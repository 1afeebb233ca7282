import { defineTable } from "@artguard/core";
import { z } from "zod";
import { usageEventSchema } from "./usage-event.ts";

const moment = z.number().int().nonnegative();
const quantity = z.number().int();

/** How much of a meter a subject has taken in one period: used and reserved together. */
const counterSchema = z.object({
  /** `SUBJECT#<kind>#<id>`. */
  usage_id: z.string().startsWith("SUBJECT#"),
  /** `COUNT#<meter>#<period>`. */
  entry: z.string().startsWith("COUNT#"),
  taken: quantity,
});

/** Plan and suspension of a subject. */
export const standingSchema = z.object({
  usage_id: z.string().startsWith("SUBJECT#"),
  entry: z.literal("STANDING"),
  plan: z.string().optional(),
  suspended_at: moment.optional(),
  suspended_because: z.string().optional(),
});
/** See `standingSchema`. */
export type Standing = z.infer<typeof standingSchema>;

/** One metered operation, from its reservation to the delivery of its event. */
export const meteredSchema = z.object({
  /** `OPERATION#<operation id>`. */
  usage_id: z.string().startsWith("OPERATION#"),
  entry: z.literal("METERED"),
  status: z.enum(["RESERVED", "COMMITTED"]),
  /** `<kind>#<id>` of the first subject, to find what is to be forgotten of it. */
  subject: z.string().min(1),
  /** What is written to the outbox when the operation is done. */
  event: usageEventSchema,
  /** The counters that the reservation was added to. */
  counters: z.array(z.object({ usage_id: z.string(), entry: z.string() })),
  /** `OPEN` while reserved: the partition in which abandoned reservations are found. */
  open_lease: z.literal("OPEN").optional(),
  /** Epoch milliseconds until which whoever reserved is believed to be at work. */
  lease_until: moment.optional(),
  /** `PENDING` until the event is delivered: the partition of the outbox. */
  outbox: z.literal("PENDING").optional(),
  committed_at: moment.optional(),
  /** Epoch seconds from which the item is no longer needed to tell a repetition; the table's TTL. */
  delete_after: moment.optional(),
});
/** See `meteredSchema`. */
export type Metered = z.infer<typeof meteredSchema>;

type Key = { usage_id: string; entry: string };

/** Any item of the usage table. */
export type UsageItem = Key &
  Partial<Omit<Metered, keyof Key> & Omit<Standing, keyof Key> & Omit<z.infer<typeof counterSchema>, keyof Key>>;

/**
 * Name of the table in an environment.
 *
 * @example
 * usageTableName("prod"); // artguard-usage-prod
 */
export const usageTableName = (environment: string) => `artguard-usage-${environment}`;

/**
 * Counters, standings, and metered operations with their outbox.
 *
 * @param name Default `artguard-usage-dev`.
 * @example
 * const table = await tables.open(defineUsageTable(usageTableName("prod")));
 */
export function defineUsageTable(name = usageTableName("dev")) {
  return defineTable<UsageItem>({
    name,
    key: { partition: "usage_id", sort: "entry" },
    indexes: {
      "subject-index": { partition: "subject", sort: "usage_id", projection: "keys" },
      "lease-index": { partition: "open_lease", sort: "lease_until", projection: "keys" },
      "outbox-index": { partition: "outbox", sort: "committed_at", projection: "keys" },
    },
    ttl: "delete_after",
    schema: z.union([counterSchema, standingSchema, meteredSchema]),
  });
}
