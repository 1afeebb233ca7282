import { ArtGuardError, isArtGuardError, userIdOf } from "@artguard/core";
import { z } from "zod";
import { covers, permissionPatternSchema } from "../../access/permission.ts";
import type { Resource } from "../../access/resource.ts";
import type { SecurityContext } from "../../identity/security-context.ts";
import { requireStrength } from "../../identity/strength.ts";
import { defineOperation } from "../operation.ts";
import type { CoreServices } from "./core-services.ts";
import { erasureElsewhere } from "./erasure-elsewhere.ts";
import { userId } from "./inputs.ts";

const whose = z.strictObject({ userId });
const name = z.string().min(1).max(200).nullable().exactOptional();

/** How new the proof of two factors must be with which another one is made. */
const maxAgeMs = 15 * 60_000;

/** Operations on accounts: the caller's own, or by an administrator anybody's. */
export function userOperations(services: CoreServices) {
  const { users, privacy, admissions } = services;
  return {
    read: defineOperation({
      ...ofUser,
      name: "user.read",
      input: whose,
      permission: "user.read",
      effect: "read",
      audit: "data-access",
      handler: (input, { context }) => users.get(subjectOf(input, context)),
    }),
    updateProfile: defineOperation({
      ...ofUser,
      name: "user.update-profile",
      /** `null` takes a value away. */
      input: z.strictObject({ userId, first_name: name, last_name: name, company: name }),
      permission: "user.update",
      effect: "change",
      audit: "data-access",
      handler: (input, { context }) => {
        const { userId: _, ...profile } = input;
        return users.updateProfile(subjectOf(input, context), profile);
      },
    }),
    quota: defineOperation({
      ...ofUser,
      name: "user.quota",
      input: whose,
      permission: "user.read",
      effect: "read",
      audit: "data-access",
      handler: (input, { context }) => admissions.quota(subjectOf(input, context)),
    }),
    /** Audited when the export begins; the files come one at a time. */
    export: defineOperation({
      ...ofUser,
      name: "user.export",
      input: whose,
      permission: "user.export",
      effect: "read",
      audit: "data-access",
      handler: async (input, { context, signal }) =>
        privacy.exportUser(subjectOf(input, context), { ...(signal && { signal }) }),
    }),
    erase: defineOperation({
      ...ofUser,
      name: "user.erase",
      input: whose,
      permission: "user.erase",
      effect: "change",
      audit: "security",
      handler: async (input, { context, signal }) => {
        const subject = subjectOf(input, context);
        const besides = erasureElsewhere(services, context);
        return privacy.eraseUser(subject, { besides, ...(signal && { signal }) });
      },
      // Once more: by now the log names the user as whom this erasure was about.
      settled: (input, { context }) => erasureElsewhere(services, context)(subjectOf(input, context)),
    }),
  };
}

/** Operations on API keys. */
export function apiKeyOperations({ apiKeys, now }: CoreServices) {
  return {
    create: defineOperation({
      name: "api-key.create",
      /**
       * `scopes` and `validUntil` (epoch milliseconds) limit the key; a limited credential makes limited keys only.
       * `secondFactor`: to be shown at a login beside the password. `userId`: default the caller's own; those of others are
       * the operator's alone to make.
       */
      input: z.strictObject({
        userId,
        secondFactor: z.boolean().exactOptional(),
        name: z.string().min(1).max(200),
        scopes: z.array(permissionPatternSchema).min(1).max(50).exactOptional(),
        validUntil: z.number().int().exactOptional(),
      }),
      permission: "api-key.create",
      effect: "change",
      audit: "security",
      target: (input, context) => ({ kind: "api-key", ownerId: nameOf(input, context) }),
      absent: absentUser,
      facts: ({ scopes, secondFactor = false }) => ({ second_factor: secondFactor, ...(scopes && { scopes }) }),
      handler: async ({ name, secondFactor = false, ...limits }, { context }) => {
        assertUnlimited(context);
        if (secondFactor && context.principal.kind !== "local") requireStrength(context, "multi", { maxAgeMs, now });
        const scopes = scopesWithin(context, limits.scopes);
        const validUntil = endWithin(context, limits.validUntil);
        return apiKeys.create(subjectOf(limits, context), name, {
          secondFactor,
          ...(scopes && { scopes }),
          ...(validUntil !== undefined && { validUntil }),
        });
      },
    }),
    list: defineOperation({
      name: "api-key.list",
      input: whose,
      permission: "api-key.list",
      effect: "read",
      audit: "security",
      target: (input, context) => ({ kind: "api-key", ownerId: nameOf(input, context) }),
      absent: absentUser,
      handler: (input, { context }) => apiKeys.list(subjectOf(input, context)),
    }),
    revoke: defineOperation({
      name: "api-key.revoke",
      /** The 12 digits by which the list names a key. */
      input: z.strictObject({ userId, prefix: z.string().regex(/^[0-9a-f]{12}$/) }),
      permission: "api-key.revoke",
      effect: "change",
      audit: "security",
      target: (input, context) => ({ kind: "api-key", ownerId: nameOf(input, context) }),
      absent: absentUser,
      facts: ({ prefix }) => ({ key_prefix: prefix }),
      handler: async (input, { context }) => {
        try {
          return await apiKeys.revoke(subjectOf(input, context), input.prefix);
        } catch (error) {
          // The caller's own credential is not what is wrong.
          if (!isArtGuardError(error, "user.invalid-api-key")) throw error;
          throw new ArtGuardError("operation.invalid-input", "prefix: the user has no such key", { cause: error });
        }
      },
    }),
  };
}

/** What a new key may be allowed: never more than the credential it is made with. Default as much. */
function scopesWithin({ scopes: own }: SecurityContext, wanted = own): readonly string[] | undefined {
  const beyond = own && wanted?.find((scope) => !own.some((limit) => covers(limit, scope)));
  if (beyond === undefined) return wanted;
  throw beyondCredential({ required_permissions: beyond });
}

/** A key that ends makes none that outlives it. Default one that ends with it. */
function endWithin({ authentication: { endsAt } }: SecurityContext, wanted = endsAt): number | undefined {
  if (endsAt === undefined || wanted === undefined || wanted <= endsAt) return wanted;
  throw beyondCredential({ field: "validUntil" });
}

/** A key acts in all organisations of its user: whoever is limited to one makes none. */
function assertUnlimited({ actsIn }: SecurityContext): void {
  if (actsIn !== undefined) throw beyondCredential();
}

function beyondCredential(details: Readonly<Record<string, string>> = {}): ArtGuardError {
  return new ArtGuardError("access.denied", "a key cannot be allowed more than the credential it is made with", {
    details,
  });
}

/** An account is not looked up to tell whose it is: somebody else's and one that nobody has look the same. */
const ofUser = {
  target: (input: { readonly userId?: string }, context: SecurityContext): Resource => {
    const id = nameOf(input, context);
    return { kind: "user", id, ownerId: id };
  },
  absent: absentUser,
};

function subjectOf(input: { readonly userId?: string }, context: SecurityContext) {
  return userIdOf(nameOf(input, context));
}

/** Of a target only: whoever is nobody in particular is refused like anybody who may not, not for the form of a name. */
function nameOf({ userId }: { readonly userId?: string }, { principal }: SecurityContext): string {
  return userId ?? principal.id;
}

function absentUser(): ArtGuardError {
  return new ArtGuardError("user.not-found", "no user has this user_id");
}
