import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { type AttributeCondition, attributeConditionSchema } from "./attribute-condition.ts";
import { columnMaskSchema } from "./column-mask.ts";
import { permissionPatternSchema } from "./permission.ts";
import { rowFilterSchema } from "./row-filter.ts";

const name = z.string().min(1).max(128);
const patterns = z.array(permissionPatternSchema);

/**
 * What a role may do, by how far it reaches. Held by the principal itself: `own` things, things of an `organization` the
 * person is a member of, `any` thing. Held in an organisation, all of it ends at that organisation's things.
 */
const roleSchema = z.strictObject({
  own: patterns.optional(),
  organization: patterns.optional(),
  any: patterns.optional(),
});

/** A rule on attributes. A deny overrides everything that allows. */
const ruleSchema = z.strictObject({
  id: name,
  effect: z.enum(["allow", "deny"]),
  permissions: patterns.min(1),
  /** Kinds of resources; default every kind. */
  resources: z.array(name).min(1).optional(),
  /** Default always. */
  when: attributeConditionSchema.optional(),
});
/** A rule of a {@link Policy}. */
export type Rule = z.infer<typeof ruleSchema>;

/** Who may do what, as data. What nothing allows is refused. */
export const policySchema = z.strictObject({
  roles: z.record(name, roleSchema),
  /** Roles that everybody of a kind has. */
  roles_of_kind: z
    .strictObject({
      user: z.array(name).optional(),
      service: z.array(name).optional(),
      local: z.array(name).optional(),
      anonymous: z.array(name).optional(),
    })
    .optional(),
  rules: z.array(ruleSchema),
  row_filters: z.array(rowFilterSchema).optional(),
  column_masks: z.array(columnMaskSchema).optional(),
});
/** See {@link policySchema}. */
export type Policy = z.infer<typeof policySchema>;

/**
 * Reads a policy.
 *
 * @throws ArtGuardError `access.invalid-policy` for a wrong form, two things of one id, an unknown role, or a deny that
 * a further role would lift.
 * @example
 * const policy = parsePolicy(JSON.parse(await readFile("policy.json", "utf8")));
 */
export function parsePolicy(value: unknown): Policy {
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw invalid(`${path.join(".") || "policy"}: ${message}`);
  }
  const policy = parsed.data;
  const { rules, row_filters = [], column_masks = [] } = policy;
  assertUnique([...rules, ...row_filters, ...column_masks].map(({ id }) => id));
  const unknown = Object.values(policy.roles_of_kind ?? {})
    .flatMap((roles) => roles ?? [])
    .find((role) => !Object.hasOwn(policy.roles, role));
  if (unknown !== undefined) throw invalid(`roles_of_kind: there is no role "${unknown}"`);
  const lifted = rules.find(({ effect, when }) => effect === "deny" && when && asksForMissingRole(when, true));
  if (lifted) throw invalid(`rule "${lifted.id}": a role or membership more must never lift a deny`);
  return policy;
}

function assertUnique(ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw invalid(`two rules, filters or masks have the id "${twice}"`);
}

/** Whether the condition can turn false because of a role or a membership more. */
function asksForMissingRole(condition: AttributeCondition, positive: boolean): boolean {
  if ("not" in condition) return asksForMissingRole(condition.not, !positive);
  if ("all" in condition) return condition.all.some((part) => asksForMissingRole(part, positive));
  if ("any" in condition) return condition.any.some((part) => asksForMissingRole(part, positive));
  const byRole = "role" in condition || ("relation" in condition && condition.relation === "organization");
  return byRole && !positive;
}

function invalid(problem: string): ArtGuardError {
  return new ArtGuardError("access.invalid-policy", problem);
}
