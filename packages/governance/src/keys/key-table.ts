import { createHash } from "node:crypto";
import { defineTable, epochMillisecondsSchema, epochSecondsSchema } from "@artguard/core";
import { z } from "zod";
import { keyAlgorithms } from "./entity-key-pair.ts";

/** How what is stored for an owner is protected; see docs/keys.md. */
export const protections = ["none", "managed", "envelope", "tripartite"] as const;
/**
 * One of {@link protections}. `none`: not encrypted. `managed`: to the owner's key pair, whose private key the platform
 * can open alone. `envelope`: by the platform's key provider. `tripartite`: to the owner's key pair, whose private key
 * opens only with the shares of the platform and both custodians.
 */
export type Protection = (typeof protections)[number];

const wrappedKeySchema = z.object({ provider: z.string(), key_id: z.string(), ciphertext: z.base64() });
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const item = { entity: hash, id: z.string() };

const quorumSchema = z.object({
  ceremony_id: z.string(),
  threshold: z.number().int().min(2),
  commitments: z.array(z.object({ holder: z.string(), sha256: hash })),
});

/** An entity and which of its keys count now. A shredded one keeps only what refuses new keys. */
export const entityItemSchema = z.object({
  ...item,
  kind: z.literal("entity"),
  state: z.enum(["active", "shredded"]),
  entity_id: z.string().optional(),
  protection: z.enum(protections).optional(),
  pair_id: z.string().optional(),
  ceremony_id: z.string().optional(),
  /** Of a rotation whose new shares are not proven yet. */
  next_pair_id: z.string().optional(),
  next_ceremony_id: z.string().optional(),
  /** Constant while the entity has a pair: puts it into the index of what is to rotate. */
  rotation: z.literal("due").optional(),
  rotate_after: epochMillisecondsSchema.optional(),
  changed_at: epochMillisecondsSchema,
});

/** The public half of a key pair; of a managed one also the private half, sealed by a key that the provider wrapped. */
export const pairItemSchema = z.object({
  ...item,
  kind: z.literal("pair"),
  pair_id: z.string(),
  algorithm: z.enum(keyAlgorithms),
  public_key: z.base64(),
  sealed_private_key: z.base64().optional(),
  wrapped_key: wrappedKeySchema.optional(),
  created_at: epochMillisecondsSchema,
});

/** One split of the key that seals a pair's private key. */
export const ceremonyItemSchema = z.object({
  ...item,
  kind: z.literal("ceremony"),
  ceremony_id: z.string(),
  pair_id: z.string(),
  sealed_private_key: z.base64(),
  custody: quorumSchema,
  platform_share: wrappedKeySchema,
  custodian_shares: z.array(z.object({ custodian_id: z.string(), sealed: z.base64() })).length(2),
  recovery: quorumSchema.optional(),
  created_at: epochMillisecondsSchema,
});

/** The key of one stored object, wrapped: once, or twice while its owner's keys change. */
export const dataKeyItemSchema = z.object({
  ...item,
  kind: z.literal("data_key"),
  /** Which object it is the key of. */
  object: hash.optional(),
  wraps: z.array(wrappedKeySchema).min(1),
  created_at: epochMillisecondsSchema,
});

/** One operation that is to open a private key once. */
export const openingItemSchema = z.object({
  ...item,
  kind: z.literal("opening"),
  opening_id: z.string(),
  purpose: z.enum(["use", "verify", "recover"]),
  operation: z.string(),
  /** What else those who approve are told: whose object, to whom. */
  subject: z.record(z.string(), z.string()),
  pair_id: z.string(),
  ceremony_id: z.string(),
  one_time_public_key: z.base64(),
  one_time_private_key: wrappedKeySchema,
  created_at: epochMillisecondsSchema,
  expires_at: epochSecondsSchema,
});

/** A share that its holder sealed to the one-time key of an opening. */
export const submittedShareItemSchema = z.object({
  ...item,
  kind: z.literal("submitted_share"),
  holder: z.string(),
  sealed: z.base64(),
  expires_at: epochSecondsSchema,
});

const kinds = [
  entityItemSchema,
  pairItemSchema,
  ceremonyItemSchema,
  dataKeyItemSchema,
  openingItemSchema,
  submittedShareItemSchema,
] as const;

export type EntityItem = z.infer<typeof entityItemSchema>;
export type PairItem = z.infer<typeof pairItemSchema>;
export type CeremonyItem = z.infer<typeof ceremonyItemSchema>;
export type DataKeyItem = z.infer<typeof dataKeyItemSchema>;
export type OpeningItem = z.infer<typeof openingItemSchema>;
type SubmittedShareItem = z.infer<typeof submittedShareItemSchema>;

type Kinds = EntityItem | PairItem | CeremonyItem | DataKeyItem | OpeningItem | SubmittedShareItem;
type AttributeOfAny<Kind> = Kind extends Kind ? keyof Kind : never;
type ValueOfAny<Kind, Name> = Kind extends { [N in Name & string]?: infer Value } ? Value : never;

/** Any item of the table of keys. */
export type KeyItem = { entity: string; id: string } & {
  [Name in Exclude<AttributeOfAny<Kinds>, "entity" | "id">]?: ValueOfAny<Kinds, Name>;
};

/**
 * The table of keys: everything of an entity in one partition, so that one consistent query finds all that is to be
 * destroyed with it. Nothing in it opens without a key that is elsewhere.
 *
 * @param name Default `artguard-keys-dev`.
 * @example
 * const table = await tables.open(defineKeyTable("artguard-keys-prod"));
 */
export function defineKeyTable(name = "artguard-keys-dev") {
  return defineTable<KeyItem>({
    name,
    key: { partition: "entity", sort: "id" },
    indexes: { "rotation-index": { partition: "rotation", sort: "rotate_after" } },
    ttl: "expires_at",
    schema: z.union(kinds),
  });
}

/** The partition of an entity: its id's SHA-256, so that what stays after an erasure does not name it. */
export function entityPartition(entityId: string): string {
  return createHash("sha256").update(`artguard/v1/entity\0${entityId}`).digest("hex");
}

/** Sort keys of the kinds of items. */
export const itemId = {
  entity: "entity",
  pair: (pairId: string) => `pair#${pairId}`,
  ceremony: (ceremonyId: string) => `ceremony#${ceremonyId}`,
  dataKey: (dataKeyId: string) => `data#${dataKeyId}`,
  opening: (openingId: string) => `opening#${openingId}`,
  share: (openingId: string, holder: string) => `share#${openingId}#${holder}`,
} as const;
