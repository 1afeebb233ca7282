import { z } from "zod";
import type { SecurityContext } from "../identity/security-context.ts";
import { classifications, type Resource } from "./resource.ts";

/**
 * What a rule asks of the request. Several parts of one condition are written with `all`; times are epoch milliseconds,
 * hours and weekdays are UTC, weekday 0 is Sunday.
 */
export type AttributeCondition =
  /** `owner`: the resource belongs to the person; `organization`: to an organisation they are a member of. */
  | { readonly relation: "owner" | "organization" }
  | { readonly principal_kind: SecurityContext["principal"]["kind"] }
  /** Held by the principal itself, or in the organisation of the resource. */
  | { readonly role: string }
  | { readonly classification_at_least: (typeof classifications)[number] }
  | { readonly purpose_one_of: readonly string[] }
  /** From the first moment on, before the second. */
  | { readonly time_between: { readonly from?: number | undefined; readonly until?: number | undefined } }
  | { readonly hours_utc: { readonly from: number; readonly until: number } }
  | { readonly weekdays_utc: readonly number[] }
  /** Proven with more than one factor; with `within_ms`, not longer ago than that. */
  | { readonly multi_factor: { readonly within_ms?: number | undefined } }
  | { readonly all: readonly AttributeCondition[] }
  | { readonly any: readonly AttributeCondition[] }
  | { readonly not: AttributeCondition };

/** What conditions look at. */
export interface Attributes {
  readonly context: SecurityContext;
  readonly resource: Resource;
  readonly purpose?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Neither true nor false: what is asked about is not known. */
export type Truth = boolean | undefined;

const moment = z.number().int().nonnegative();
const hour = z.number().int().min(0).max(24);

/** See {@link AttributeCondition}. */
export const attributeConditionSchema: z.ZodType<AttributeCondition> = z.lazy(() =>
  z.union([
    z.strictObject({ relation: z.enum(["owner", "organization"]) }),
    z.strictObject({ principal_kind: z.enum(["user", "service", "local", "anonymous"]) }),
    z.strictObject({ role: z.string().min(1) }),
    z.strictObject({ classification_at_least: z.enum(classifications) }),
    z.strictObject({ purpose_one_of: z.array(z.string().min(1)).min(1) }),
    z.strictObject({ time_between: z.strictObject({ from: moment.optional(), until: moment.optional() }) }),
    z.strictObject({ hours_utc: z.strictObject({ from: hour, until: hour }) }),
    z.strictObject({ weekdays_utc: z.array(z.number().int().min(0).max(6)).min(1) }),
    z.strictObject({ multi_factor: z.strictObject({ within_ms: z.number().int().positive().optional() }) }),
    z.strictObject({ all: z.array(attributeConditionSchema).min(1) }),
    z.strictObject({ any: z.array(attributeConditionSchema).min(1) }),
    z.strictObject({ not: attributeConditionSchema }),
  ]),
);

/**
 * Whether a condition holds: true, false, or undefined where a classification or purpose that it asks about is not known.
 * A rule that allows needs true; one that denies bites unless it is false.
 */
export function holds(condition: AttributeCondition, attributes: Attributes): Truth {
  const { context, resource, purpose, now } = attributes;
  if ("all" in condition) return every(condition.all.map((part) => holds(part, attributes)));
  if ("any" in condition) return negated(every(condition.any.map((part) => negated(holds(part, attributes)))));
  if ("not" in condition) return negated(holds(condition.not, attributes));
  if ("relation" in condition) {
    return condition.relation === "owner" ? owns(context, resource) : belongs(context, resource);
  }
  if ("principal_kind" in condition) return context.principal.kind === condition.principal_kind;
  if ("role" in condition) return hasRole(condition.role, context, resource);
  if ("classification_at_least" in condition) {
    if (resource.classification === undefined) return undefined;
    return rank(resource.classification) >= rank(condition.classification_at_least);
  }
  if ("purpose_one_of" in condition)
    return purpose === undefined ? undefined : condition.purpose_one_of.includes(purpose);
  if ("time_between" in condition) return isBetween(now, condition.time_between);
  if ("hours_utc" in condition) return isHour(new Date(now).getUTCHours(), condition.hours_utc);
  if ("weekdays_utc" in condition) return condition.weekdays_utc.includes(new Date(now).getUTCDay());
  return isMultiFactor(context, condition.multi_factor.within_ms, now);
}

/** Whether a resource belongs to the person who asks; services and the nameless own nothing. */
export function owns({ principal }: SecurityContext, { ownerId }: Resource): boolean {
  return principal.kind === "user" && ownerId === principal.id;
}

/** Whether the person is a member of the resource's organisation. */
export function belongs({ organizations }: SecurityContext, { organizationId }: Resource): boolean {
  return organizations.some((membership) => membership.organizationId === organizationId);
}

function hasRole(role: string, { roles, organizations }: SecurityContext, { organizationId }: Resource): boolean {
  const here = organizations.filter((membership) => membership.organizationId === organizationId);
  return roles.includes(role) || here.some((membership) => membership.roles.includes(role));
}

function isMultiFactor({ authentication }: SecurityContext, withinMs: number | undefined, now: number): boolean {
  const { strength, at } = authentication;
  if (strength !== "multi") return false;
  return withinMs === undefined || (at !== undefined && now - at <= withinMs);
}

function isBetween(
  now: number,
  { from = 0, until = Number.POSITIVE_INFINITY }: { from?: number | undefined; until?: number | undefined },
) {
  return now >= from && now < until;
}

/** 22–6 is the night. */
function isHour(hours: number, { from, until }: { from: number; until: number }): boolean {
  return from <= until ? hours >= from && hours < until : hours >= from || hours < until;
}

function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function negated(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

const rank = (classification: (typeof classifications)[number]) => classifications.indexOf(classification);
