import { ArtGuardError, type Page, type TableStore } from "@artguard/core";
import type { SecurityContext } from "../identity/security-context.ts";
import { defineAccessTable } from "./access-table.ts";
import {
  type AccessRequest,
  type Consideration,
  consider,
  couldBeAllowed,
  type Decision,
  decide,
  permissionsOf,
} from "./decide.ts";
import { defaultPolicy } from "./default-policy.ts";
import type { Grant, Grantee } from "./grant.ts";
import { type GrantName, GrantRepository, type NewGrant } from "./grant-repository.ts";
import { type Policy, parsePolicy } from "./policy.ts";
import { type PolicyChange, PolicyStore, type VersionedPolicy } from "./policy-store.ts";
import { type RowView, type RowViewOptions, rowView } from "./row-view.ts";

/** Options of {@link openAccess}. */
export interface AccessOptions {
  readonly tables: TableStore;
  /** Name of the table; default `artguard-access-dev`. */
  readonly table?: string;
  /** The policy before the first change; default `defaultPolicy`. */
  readonly policy?: Policy;
  /**
   * How long a policy read is believed to be in force, 0–30 000 ms; default 1000. Grants are never remembered: revoked
   * is revoked in every process with the next decision.
   */
  readonly policyCacheMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** The answer to one request, with the version of the policy that gave it. */
export interface AccessDecision extends Decision {
  readonly policyVersion: number;
  /** Refused now, allowed with a fresh second factor. */
  readonly needsStepUp: boolean;
}

/** Why a request is decided as it is: everything that was considered, in the order in which it decides. */
export interface AccessExplanation extends AccessDecision {
  readonly considered: readonly Consideration[];
}

/** A request that another policy would decide otherwise. */
export interface AccessChange {
  readonly request: AccessRequest;
  readonly before: Decision;
  readonly after: Decision;
}

/**
 * Who may do what, by roles, attribute rules and grants. It decides and changes; whether the caller may make the change is
 * decided by the operations that call it.
 */
export interface AccessControl {
  /** Decides a request. Nothing is thrown for a refusal. */
  validateAccess(request: AccessRequest): Promise<AccessDecision>;
  /** As `validateAccess`, with everything that was considered. */
  explain(request: AccessRequest): Promise<AccessExplanation>;
  /** Which of the requests another policy would decide otherwise, with today's grants. @throws ArtGuardError `access.invalid-policy` */
  simulate(policy: Policy, requests: readonly AccessRequest[]): Promise<AccessChange[]>;
  /** Gives one permission on one resource. @throws ArtGuardError `access.invalid-grant` */
  grantPermission(grant: NewGrant, grantedBy: string): Promise<Grant>;
  /** Takes a grant back, in every process at once. @returns whether there was one. */
  revokeAccess(grant: GrantName): Promise<boolean>;
  /** Grants on a resource. */
  grantsOn(resource: NewGrant["resource"], page?: { cursor?: string; limit?: number }): Promise<Page<Grant>>;
  /** Grants to somebody, newest first. */
  grantsTo(grantee: Grantee, page?: { cursor?: string; limit?: number }): Promise<Page<Grant>>;
  /** Deletes the grants on a resource that exists no longer. @returns how many. */
  forgetResource(resource: NewGrant["resource"]): Promise<number>;
  /** Deletes the grants to and by a user who is erased. @returns how many. */
  forgetUser(userId: string): Promise<number>;
  /** What the caller's roles and scopes allow at most: the `permissions` of its context. */
  permissionsOf(caller: Pick<SecurityContext, "principal" | "roles" | "organizations" | "scopes">): Promise<string[]>;
  /** Whether roles or rules could allow the caller this, whatever it is about; see `couldBeAllowed`. */
  couldAllow(
    caller: Pick<SecurityContext, "principal" | "roles" | "organizations" | "scopes">,
    permission: string,
  ): Promise<boolean>;
  /** What the caller sees of the rows of a resource that it may read. */
  rowView(request: Omit<AccessRequest, "permission">, options?: RowViewOptions): Promise<RowView>;
  /** The policy in force. */
  policy(): Promise<VersionedPolicy>;
  /** One version of the policy. @throws ArtGuardError `access.unknown-policy-version` */
  policyVersion(version: number): Promise<VersionedPolicy>;
  /** Versions, newest first, at most `limit` (1–1000, default 100). */
  policyHistory(limit?: number): Promise<PolicyChange[]>;
  /** Puts another policy in force in place of the version `expected`. @throws ArtGuardError `access.policy-changed`, `access.invalid-policy` */
  changePolicy(policy: Policy, options: { expected: number; changedBy: string }): Promise<VersionedPolicy>;
  /** Puts an earlier version in force again, as a new one. @throws ArtGuardError `access.unknown-policy-version`, `access.policy-changed` */
  revert(version: number, options: { expected: number; changedBy: string }): Promise<VersionedPolicy>;
}

const [defaultCacheMs, longestCacheMs] = [1000, 30_000];
const historyLimit = 100;

/**
 * Opens the access table.
 *
 * @throws ArtGuardError `access.invalid-policy`, also for a `policyCacheMs` out of range.
 * @example
 * const access = await openAccess({ tables });
 * const { allowed } = await access.validateAccess({ context, permission: "analysis.read", resource });
 */
export async function openAccess(options: AccessOptions): Promise<AccessControl> {
  const { tables, now = Date.now, policyCacheMs: cacheMs = defaultCacheMs } = options;
  if (!(cacheMs >= 0 && cacheMs <= longestCacheMs)) {
    throw new ArtGuardError("access.invalid-policy", `policyCacheMs must be 0–${longestCacheMs}, got ${cacheMs}`);
  }
  const table = await tables.open(defineAccessTable(options.table));
  const initial = parsePolicy(options.policy ?? defaultPolicy);
  const policies = new PolicyStore(tables, table, { initial, cacheMs, now });
  const grants = new GrantRepository(table, now);
  const considered = async (request: AccessRequest) => {
    const [{ version, policy }, granted] = await Promise.all([policies.current(), grants.for(request)]);
    return { version, policy, granted, at: now() };
  };
  return {
    validateAccess: async (request) => {
      const { version, policy, granted, at } = await considered(request);
      return { ...judge(policy, request, granted, at), policyVersion: version };
    },
    explain: async (request) => {
      const { version, policy, granted, at } = await considered(request);
      const decision = { ...judge(policy, request, granted, at), policyVersion: version };
      return { ...decision, considered: consider(policy, request, granted, at) };
    },
    simulate: async (proposed, requests) => {
      const other = parsePolicy(proposed);
      const { policy } = await policies.current();
      const changes: AccessChange[] = [];
      for (const request of requests) {
        const granted = await grants.for(request);
        const [before, after] = [policy, other].map((each) => decide(each, request, granted, now())) as [
          Decision,
          Decision,
        ];
        if (before.allowed !== after.allowed) changes.push({ request, before, after });
      }
      return changes;
    },
    grantPermission: (grant, grantedBy) => grants.put(grant, grantedBy),
    revokeAccess: (grant) => grants.delete(grant),
    grantsOn: (resource, page) => grants.on(resource, page),
    grantsTo: (grantee, page) => grants.to(grantee, page),
    forgetResource: (resource) => grants.deleteOn(resource),
    forgetUser: (userId) => grants.deleteOf(userId),
    permissionsOf: async (caller) => permissionsOf((await policies.current()).policy, caller),
    couldAllow: async (caller, permission) => couldBeAllowed((await policies.current()).policy, caller, permission),
    rowView: async (request, viewOptions) =>
      rowView((await policies.current()).policy, { ...request, now: now() }, viewOptions),
    policy: () => policies.current(),
    policyVersion: (version) => policies.version(version),
    policyHistory: (limit = historyLimit) => policies.history(limit),
    changePolicy: (policy, change) => policies.replace(policy, change),
    revert: async (version, change) => {
      const { policy } = await policies.version(version);
      return policies.replace(policy, { ...change, revertsTo: version });
    },
  };
}

function judge(policy: Policy, request: AccessRequest, grants: readonly Grant[], now: number) {
  const decision = decide(policy, request, grants, now);
  return {
    ...decision,
    needsStepUp: !decision.allowed && decide(policy, withStepUp(request, now), grants, now).allowed,
  };
}

/** The request as it would be had the person just proven a second factor. */
function withStepUp(request: AccessRequest, now: number): AccessRequest {
  const { context } = request;
  const authentication = { ...context.authentication, strength: "multi", at: now } as const;
  return { ...request, context: { ...context, authentication } };
}
