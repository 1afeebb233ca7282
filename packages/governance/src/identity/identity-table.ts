import { defineTable, epochMillisecondsSchema, epochSecondsSchema, userIdSchema } from "@artguard/core";
import { z } from "zod";
import { entitySchema, naturalPersonSchema } from "./entity.ts";

const id = z.string().min(1).max(128);
const millis = epochMillisecondsSchema;
const roles = z.array(id).max(50);

/** Partitions and entries of the table: what belongs to a user is in one partition, and is forgotten with it. */
export const identityKey = {
  user: (userId: string) => `USER#${userId}`,
  organization: (organizationId: string) => `ORG#${organizationId}`,
  attempts: (digest: string) => `ATTEMPTS#${digest}`,
  revocation: (digest: string) => `REVOKED#${digest}`,
  signingKeys: "SIGNING-KEYS",
  /** Entries with what a user may be: roles, memberships and delegations. */
  standing: "standing#",
  roles: "standing#roles",
  member: (organizationId: string) => `standing#member#${organizationId}`,
  delegation: (delegationId: string) => `standing#delegation#${delegationId}`,
  session: (sessionId: string) => `session#${sessionId}`,
} as const;

/** Key of a membership. */
export const memberKey = (organizationId: string, userId: string) => ({
  identity_id: identityKey.user(userId),
  entry: identityKey.member(organizationId),
});

const ofUser = { identity_id: z.string().startsWith("USER#") };

/** Roles that a user has everywhere. */
export const rolesItemSchema = z.object({
  ...ofUser,
  entry: z.literal(identityKey.roles),
  kind: z.literal("roles"),
  roles,
});

/** That a user is a member of an organisation. */
export const membershipSchema = z.object({
  ...ofUser,
  entry: z.string().startsWith("standing#member#"),
  kind: z.literal("membership"),
  user_id: userIdSchema,
  organization_id: id,
  roles,
  created_at: millis,
});
/** A membership as it is stored. */
export type Membership = z.infer<typeof membershipSchema>;

/** That a user acts for a member of an organisation, with some of the member's roles, for a time. */
export const delegationSchema = z.object({
  ...ofUser,
  entry: z.string().startsWith("standing#delegation#"),
  kind: z.literal("delegation"),
  delegation_id: z.string(),
  /** Who acts. */
  user_id: userIdSchema,
  organization_id: id,
  /** For whom. */
  delegator_id: userIdSchema,
  roles: roles.min(1),
  approval_id: z.string().min(1),
  created_at: millis,
  /** It holds until then. */
  valid_until: millis,
  expires_at: epochSecondsSchema,
});
/** A delegation as it is stored. */
export type Delegation = z.infer<typeof delegationSchema>;

/** Who a user is, as registered. */
export const personItemSchema = z.object({
  ...ofUser,
  entry: z.literal("person"),
  kind: z.literal("person"),
  user_id: userIdSchema,
  entity: naturalPersonSchema,
  created_at: millis,
});

/** A password, as an argon2id hash. */
export const passwordItemSchema = z.object({
  ...ofUser,
  entry: z.literal("password"),
  kind: z.literal("password"),
  password_hash: z.string().startsWith("$argon2id$"),
  changed_at: millis,
});

/** A session of the embedded issuer: one family of refresh tokens, of which only the newest is good. */
export const sessionSchema = z.object({
  ...ofUser,
  entry: z.string().startsWith("session#"),
  kind: z.literal("session"),
  session_id: z.string(),
  user_id: userIdSchema,
  /** Number of the newest refresh token. */
  generation: z.number().int().nonnegative(),
  /** The one organisation that the session acts in; absent: all of the user's. */
  acts_in: id.optional(),
  /** Whether it was begun with two factors. */
  multi_factor: z.literal(true).optional(),
  created_at: millis,
  revoked_at: millis.optional(),
  expires_at: epochSecondsSchema,
});
/** See {@link sessionSchema}. */
export type Session = z.infer<typeof sessionSchema>;

/** An organisation. */
export const organizationSchema = z.object({
  identity_id: z.string().startsWith("ORG#"),
  entry: z.literal("organization"),
  kind: z.literal("organization"),
  organization_id: id,
  entity: entitySchema,
  created_at: millis,
});
/** An organisation as it is stored. */
export type Organization = z.infer<typeof organizationSchema>;

/** Failed logins to one account or from one address; found by an HMAC of it. */
export const attemptsSchema = z.object({
  identity_id: z.string().startsWith("ATTEMPTS#"),
  entry: z.literal("attempts"),
  kind: z.literal("attempts"),
  failures: z.number().int().nonnegative(),
  /** Epoch milliseconds until which no attempt is admitted. */
  blocked_until: millis.optional(),
  expires_at: epochSecondsSchema,
});
/** See {@link attemptsSchema}. */
export type Attempts = z.infer<typeof attemptsSchema>;

/** That a token, a session or everything of a subject is good no longer. */
const revocationSchema = z.object({
  identity_id: z.string().startsWith("REVOKED#"),
  entry: z.literal("revocation"),
  kind: z.literal("revocation"),
  /** Of a subject: tokens issued until then are revoked. */
  issued_until: millis.optional(),
  expires_at: epochSecondsSchema,
});

/** A signing key of the embedded issuer. */
export const signingKeySchema = z.object({
  identity_id: z.literal(identityKey.signingKeys),
  /** The key's id. */
  entry: z.string().min(1),
  kind: z.literal("signing-key"),
  /** The public JWK as JSON. */
  public_jwk: z.string(),
  /** Base64: the private JWK, sealed under the server secret. */
  sealed_jwk: z.base64(),
  created_at: millis,
  /** Set when another key took over: tokens that this one signed are good until then. */
  expires_at: epochSecondsSchema.optional(),
});
/** See {@link signingKeySchema}. */
export type SigningKeyItem = z.infer<typeof signingKeySchema>;

const identityItemSchema = z.union([
  rolesItemSchema,
  membershipSchema,
  delegationSchema,
  personItemSchema,
  passwordItemSchema,
  sessionSchema,
  organizationSchema,
  attemptsSchema,
  revocationSchema,
  signingKeySchema,
]);

type Kinds = z.infer<typeof identityItemSchema>;
type AttributeOfAny<Kind> = Kind extends Kind ? keyof Kind : never;
type ValueOfAny<Kind, Name> = Kind extends { [N in Name & string]?: infer Value } ? Value : never;

/** Any item of the identity table. */
export type IdentityItem = { identity_id: string; entry: string } & {
  [Name in Exclude<AttributeOfAny<Kinds>, "identity_id" | "entry">]?: ValueOfAny<Kinds, Name>;
};

/**
 * Name of the table in an environment.
 *
 * @example
 * identityTableName("prod"); // artguard-identity-prod
 */
export const identityTableName = (environment: string) => `artguard-identity-${environment}`;

/**
 * Organisations, who belongs to them, and what the embedded issuer and the revocation list keep.
 *
 * @param name Default `artguard-identity-dev`.
 * @example
 * const table = await tables.open(defineIdentityTable(identityTableName("prod")));
 */
export function defineIdentityTable(name = identityTableName("dev")) {
  return defineTable<IdentityItem>({
    name,
    key: { partition: "identity_id", sort: "entry" },
    indexes: {
      "organization-index": { partition: "organization_id", sort: "identity_id", projection: "keys" },
      "delegator-index": { partition: "delegator_id", sort: "identity_id", projection: "keys" },
    },
    ttl: "expires_at",
    schema: identityItemSchema,
  });
}
