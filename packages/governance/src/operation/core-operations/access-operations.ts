import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { assertChangeable } from "../../access/assert-changeable.ts";
import type { AccessRequest } from "../../access/decide.ts";
import { granteeSchema } from "../../access/grant.ts";
import { permissionSchema } from "../../access/permission.ts";
import { parsePolicy, policySchema } from "../../access/policy.ts";
import { classifications } from "../../access/resource.ts";
import type { SecurityContext } from "../../identity/security-context.ts";
import { defineOperation } from "../operation.ts";
import type { CoreServices } from "./core-services.ts";
import { page } from "./inputs.ts";

const id = z.string().min(1).max(256);
const resource = z.strictObject({ kind: z.string().min(1).max(64), id });
/** More than there will ever be; their keys have ten digits. */
const version = z.number().int().min(0).max(999_999_999);
const grantName = { grantee: granteeSchema, resource, permission: permissionSchema };

/** Somebody as a rule sees them, for questions about others than the caller. */
const caller = z.strictObject({
  principal: z.strictObject({ kind: z.enum(["user", "service", "local", "anonymous"]), id }),
  roles: z.array(z.string()).default([]),
  organizations: z.array(z.strictObject({ organizationId: id, roles: z.array(z.string()) })).default([]),
  scopes: z.array(z.string()).exactOptional(),
  strength: z.enum(["none", "single", "multi"]).default("single"),
});
const accessQuestion = z.strictObject({
  caller,
  permission: permissionSchema,
  resource: z.strictObject({
    kind: z.string(),
    id: id.exactOptional(),
    ownerId: id.exactOptional(),
    organizationId: id.exactOptional(),
    classification: z.enum(classifications).exactOptional(),
  }),
  purpose: z.string().exactOptional(),
});

/** Operations on grants: sharing what is one's own. */
export function grantOperations({ access, finders, now }: CoreServices) {
  const onResource = {
    target: ({ resource: { kind, id } }: { resource: { kind: string; id: string } }) =>
      Object.hasOwn(finders, kind) ? finders[kind]!(id) : undefined,
    absent: ({ resource: { kind, id } }: { resource: { kind: string; id: string } }) =>
      new ArtGuardError("access.unknown-resource", `there is no ${kind} ${id}`),
  };
  return {
    create: defineOperation({
      ...onResource,
      name: "grant.create",
      input: z.strictObject({
        ...grantName,
        purpose: z.string().min(1).exactOptional(),
        /** Epoch milliseconds; default until it is revoked. */
        expiresAt: z.number().int().exactOptional(),
      }),
      permission: "grant.create",
      effect: "change",
      audit: "security",
      handler: async (grant, { context }) => {
        // Nobody gives what they do not have, and nobody passes on what they were given.
        const target = await onResource.target(grant);
        const own = await access.validateAccess({
          context,
          permission: grant.permission,
          resource: target ?? grant.resource,
        });
        if (own.allowed && own.decidedBy?.source !== "grant")
          return access.grantPermission(grant, context.principal.id);
        throw new ArtGuardError(
          "access.denied",
          "a permission can be granted by those alone who have it by themselves",
          {
            details: { required_permissions: grant.permission },
          },
        );
      },
    }),
    revoke: defineOperation({
      ...onResource,
      name: "grant.revoke",
      input: z.strictObject(grantName),
      permission: "grant.revoke",
      effect: "change",
      audit: "security",
      handler: async (grant) => ({ revoked: await access.revokeAccess(grant) }),
    }),
    list: defineOperation({
      ...onResource,
      name: "grant.list",
      input: z.strictObject({ resource, ...page }),
      permission: "grant.list",
      effect: "read",
      audit: "security",
      handler: ({ resource, ...options }) => access.grantsOn(resource, options),
    }),
    /** What others share with the caller, as a person. */
    received: defineOperation({
      name: "grant.received",
      input: z.strictObject(page),
      permission: "grant.received",
      effect: "read",
      audit: "security",
      target: (_, { principal }) => ({ kind: "grant", ownerId: principal.id }),
      handler: async (options, { context }) => {
        const { items, ...rest } = await access.grantsTo({ kind: "user", id: context.principal.id }, options);
        const alive = items.filter(({ expires_at }) => expires_at === undefined || now() < expires_at);
        return { ...rest, items: alive };
      },
    }),
  };
}

/** Operations on the policy, for administrators. One under which its changer could not change it back is refused. */
export function policyOperations({ access, now }: CoreServices) {
  const onPolicy = { target: () => ({ kind: "policy" }) };
  return {
    read: defineOperation({
      ...onPolicy,
      name: "policy.read",
      input: z.strictObject({}),
      permission: "policy.read",
      effect: "read",
      audit: "security",
      handler: async () => ({ ...(await access.policy()), history: await access.policyHistory() }),
    }),
    change: defineOperation({
      ...onPolicy,
      name: "policy.change",
      /** `expected`: the version that is replaced. */
      input: z.strictObject({ policy: policySchema, expected: version }),
      permission: "policy.change",
      effect: "change",
      audit: "security",
      handler: ({ policy, expected }, { context }) => {
        assertChangeable(parsePolicy(policy), context, now());
        return access.changePolicy(policy, { expected, changedBy: context.principal.id });
      },
    }),
    revert: defineOperation({
      ...onPolicy,
      name: "policy.revert",
      input: z.strictObject({ version, expected: version }),
      permission: "policy.change",
      effect: "change",
      audit: "security",
      handler: async ({ version, expected }, { context }) => {
        assertChangeable((await access.policyVersion(version)).policy, context, now());
        return access.revert(version, { expected, changedBy: context.principal.id });
      },
    }),
    explain: defineOperation({
      ...onPolicy,
      name: "policy.explain",
      input: accessQuestion,
      permission: "policy.explain",
      effect: "read",
      audit: "security",
      handler: (question, { context }) => access.explain(asked(question, context)),
    }),
    simulate: defineOperation({
      ...onPolicy,
      name: "policy.simulate",
      input: z.strictObject({ policy: policySchema, requests: z.array(accessQuestion).max(1000) }),
      permission: "policy.simulate",
      effect: "read",
      audit: "security",
      handler: ({ policy, requests }, { context }) =>
        access.simulate(
          policy,
          requests.map((question) => asked(question, context)),
        ),
    }),
  };
}

function asked({ caller, ...question }: z.infer<typeof accessQuestion>, { traceId }: SecurityContext): AccessRequest {
  const { strength, ...who } = caller;
  const authentication = { method: "none", strength } as const;
  return { ...question, context: { ...who, permissions: [], traceId, authentication } };
}
