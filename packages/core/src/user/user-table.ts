import { z } from "zod";
import { defineTable } from "../storage/table.ts";
import { type User, userSchema } from "./user.ts";
import {
  type ApiKeyItem,
  apiKeyItemSchema,
  type ErasureItem,
  emailMarkerSchema,
  erasureSchema,
  type IdempotencyItem,
  idempotencySchema,
  type UploadedItem,
  type UploadItem,
  uploadedItemSchema,
  uploadItemSchema,
} from "./user-marker.ts";

type EmailMarker = z.infer<typeof emailMarkerSchema>;
type Kinds = User | EmailMarker | ApiKeyItem | IdempotencyItem | UploadItem | UploadedItem | ErasureItem;
type AttributeOfAny<Kind> = Kind extends Kind ? keyof Kind : never;
type ValueOfAny<Kind, Name> = Kind extends { [N in Name & string]?: infer Value } ? Value : never;

/** Any item of the users table: a user, or one of the markers beside them. */
export type UserItem = { user_id: string } & {
  [Name in Exclude<AttributeOfAny<Kinds>, "user_id">]?: ValueOfAny<Kinds, Name>;
};

/**
 * Name of the table in an environment, as the spec has it.
 *
 * @example
 * userTableName("prod"); // artguard-users-prod
 */
export const userTableName = (environment: string) => `artguard-users-${environment}`;

/**
 * Table 2 of the spec. Its indexes hold keys only: they are read after every write to them, and an e-mail address is
 * looked up far less often than a quota changes.
 *
 * @param name Default `artguard-users-dev`.
 * @example
 * const users = await store.open(defineUserTable(userTableName("prod")));
 */
export function defineUserTable(name = userTableName("dev")) {
  return defineTable<UserItem>({
    name,
    key: { partition: "user_id" },
    indexes: {
      "email-index": { partition: "email", projection: "keys" },
      "owner-index": { partition: "owner_id", sort: "user_id", projection: "keys" },
      "tier-index": { partition: "account_tier", sort: "created_at", projection: "keys" },
      "open-erasure-index": { partition: "open_erasure", sort: "created_at", projection: "keys" },
    },
    ttl: "expires_at",
    schema: z.union([
      userSchema,
      emailMarkerSchema,
      apiKeyItemSchema,
      idempotencySchema,
      uploadItemSchema,
      uploadedItemSchema,
      erasureSchema,
    ]),
  });
}
