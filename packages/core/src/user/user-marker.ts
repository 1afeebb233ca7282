import { createHash } from "node:crypto";
import { z } from "zod";
import { epochMillisecondsSchema, epochSecondsSchema } from "../analysis/time.ts";
import type { Email } from "./email.ts";
import { type UserId, userIdSchema } from "./user-id.ts";

/**
 * Keys of the items beside the users in their table. A key begins with what the item is; `owner_id` names the user that
 * the item is deleted with.
 */
export const markerKey = {
  email: (email: Email) => `UNIQUE#email#${email}`,
  apiKey: (prefix: string) => `APIKEY#${prefix}`,
  /** The key is the caller's own text: encoded, so that no `#` in it can name another user's item. */
  idempotency: (owner: UserId, key: string) => `IDEMP#${owner}#${encodeURIComponent(key)}`,
  /** It outlives the user, so it must not name the user. */
  erasure: (owner: UserId) => `ERASURE#${createHash("sha256").update(owner).digest("hex")}`,
} as const;

/** Makes an e-mail address unique: its key can exist once. */
export const emailMarkerSchema = z.object({
  user_id: z.string().startsWith("UNIQUE#email#"),
  kind: z.literal("email"),
  owner_id: userIdSchema,
  created_at: epochMillisecondsSchema,
});

/** Permissions: `noun.verb`, `noun.*` or `*`. */
const keyScopesSchema = z
  .array(
    z
      .string()
      .max(128)
      .regex(/^(\*|[a-z][a-z0-9-]*\.(\*|[a-z][a-z0-9-]*))$/, "expected noun.verb, noun.* or *"),
  )
  .min(1)
  .max(50);

/** One API key, found by its prefix. The key itself is not stored. */
export const apiKeyItemSchema = z.object({
  user_id: z.string().startsWith("APIKEY#"),
  kind: z.literal("api_key"),
  owner_id: userIdSchema,
  name: z.string().min(1).max(200),
  /** Lower-case hex HMAC-SHA-256 of the whole key under the server secret. */
  api_key_hash: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: epochMillisecondsSchema,
  /** To the minute. */
  last_used: epochMillisecondsSchema.optional(),
  revoked_at: epochMillisecondsSchema.optional(),
  /** What the key allows at most; absent: all that its user may do. */
  scopes: keyScopesSchema.optional(),
  /** From this moment on the key is refused. It stays listed; this is not the table's TTL attribute. */
  valid_until: epochMillisecondsSchema.optional(),
  /** Whether it may be shown at a login, beside the password, as what the person has. */
  second_factor: z.literal(true).optional(),
});
/** See {@link apiKeyItemSchema}. */
export type ApiKeyItem = z.infer<typeof apiKeyItemSchema>;

/** Which analysis a caller's Idempotency-Key stands for. */
export const idempotencySchema = z.object({
  user_id: z.string().startsWith("IDEMP#"),
  kind: z.literal("idempotency"),
  owner_id: userIdSchema,
  /** SHA-256 of the request that came first. */
  request_hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Key of the analysis that the first request made. */
  request_id: z.string(),
  analysis_created_at: epochMillisecondsSchema,
  created_at: epochMillisecondsSchema,
  /** Epoch milliseconds until which the first caller is believed to be at work. Absent for a submitted job. */
  lease_until: z.number().int().nonnegative().optional(),
  /** Epoch seconds from which the key may be used anew; the table's TTL attribute. */
  expires_at: epochSecondsSchema,
});
/** See {@link idempotencySchema}. */
export type IdempotencyItem = z.infer<typeof idempotencySchema>;

const erasureStages = ["first_sweep", "second_sweep", "markers", "user", "completed"] as const;
/** What an erasure does next. */
export type ErasureStage = (typeof erasureStages)[number];

const count = z.number().int().nonnegative();

/**
 * The state of an erasure, and afterwards the tombstone which keeps late writers out and from which a restored backup is
 * erased again. Completed, it holds numbers and times only.
 */
export const erasureSchema = z.object({
  user_id: z.string().startsWith("ERASURE#"),
  kind: z.literal("erasure"),
  stage: z.enum(erasureStages),
  created_at: epochMillisecondsSchema,
  completed_at: epochMillisecondsSchema.optional(),
  /** Who is erased; taken away on completion. */
  owner_id: userIdSchema.optional(),
  /** `OPEN` until completion: the partition of the index in which unfinished erasures are found. */
  open_erasure: z.literal("OPEN").optional(),
  erased_analyses: count,
  erased_versions: count,
  erased_objects: count,
  erased_markers: count,
  /** Absent in tombstones of before. */
  erased_statements: count.optional(),
  erased_users: count,
  expires_at: epochSecondsSchema.optional(),
});
/** See {@link erasureSchema}. */
export type ErasureItem = z.infer<typeof erasureSchema>;
