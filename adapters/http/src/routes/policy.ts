import { type AccessChange, type AccessExplanation, classifications } from "@artguard/governance";
import { z } from "zod";
import { operationRoute, type Route } from "../route.ts";
import { json, pageSchema, permission, roles } from "./schemas.ts";

const tag = "administration";
const version = z.number().int().min(0).max(999_999_999);
const id = z.string().min(1).max(256);
const policy = z.looseObject({}).describe("Roles, rules, row filters and column masks; see docs/access.md.");
const inForce = [
  {
    status: "ok",
    description: "The version in force.",
    bodies: json(z.object({ version, policy: z.looseObject({}) })),
  },
] as const;
const question = z.strictObject({
  caller: z.strictObject({
    principal: z.strictObject({ kind: z.enum(["user", "service", "local", "anonymous"]), id }),
    roles: roles.exactOptional(),
    organizations: z
      .array(z.strictObject({ organization_id: id, roles }))
      .max(50)
      .exactOptional(),
    scopes: z.array(z.string()).exactOptional(),
    strength: z.enum(["none", "single", "multi"]).exactOptional().describe("Default single."),
  }),
  permission,
  resource: z.strictObject({
    kind: z.string().min(1),
    id: id.exactOptional(),
    owner_id: id.exactOptional(),
    organization_id: id.exactOptional(),
    classification: z.enum(classifications).exactOptional(),
  }),
  purpose: z.string().exactOptional(),
});
type Question = z.output<typeof question>;
const decisionSchema = z.object({
  allowed: z.boolean(),
  decided_by: z.object({ source: z.string(), id: z.string() }).optional(),
});
const explanationSchema = decisionSchema.extend({
  policy_version: version,
  needs_step_up: z.boolean(),
  considered: z
    .array(
      z.object({
        source: z.string(),
        id: z.string(),
        effect: z.enum(["allow", "deny"]),
        applies: z.boolean().nullable().describe("Null: it is not known whether it applies."),
      }),
    )
    .describe("In the order in which it decides."),
});

const change = operationRoute({
  method: "put",
  path: "/v1/admin/policy",
  tag,
  summary: "Put another policy in force",
  body: z.strictObject({ policy, expected: version.describe("The version that it replaces.") }),
  operation: "policy.change",
  input: (values) => values,
  success: inForce,
});

const revert = operationRoute({
  method: "post",
  path: "/v1/admin/policy/revert",
  tag,
  summary: "Put an earlier policy in force again",
  body: z.strictObject({ version, expected: version.describe("The version that it replaces.") }),
  operation: "policy.revert",
  input: (values) => values,
  success: inForce,
});

const explain = operationRoute({
  method: "post",
  path: "/v1/admin/policy/explain",
  tag,
  summary: "Why somebody may do something, or may not",
  body: question,
  operation: "policy.explain",
  input: (values) => asked(question.parse(values)),
  success: [{ status: "ok", description: "Everything that was considered.", bodies: json(explanationSchema) }],
  output: (output) => {
    const { policyVersion, needsStepUp, considered, ...decision } = output as AccessExplanation;
    return {
      ...told(decision),
      policy_version: policyVersion,
      needs_step_up: needsStepUp,
      considered: considered.map(({ applies = null, ...each }) => ({ ...each, applies })),
    };
  },
});

const simulate = operationRoute({
  method: "post",
  path: "/v1/admin/policy/simulate",
  tag,
  summary: "Which of these questions another policy would answer otherwise",
  body: z.strictObject({ policy, requests: z.array(question).max(1000) }),
  operation: "policy.simulate",
  input: ({ policy, requests }) => ({ policy, requests: z.array(question).parse(requests).map(asked) }),
  success: [
    {
      status: "ok",
      description: "Those that would be decided otherwise.",
      bodies: json(
        pageSchema(z.looseObject({ permission: z.string(), before: decisionSchema, after: decisionSchema })),
      ),
    },
  ],
  output: (output) => ({
    items: (output as readonly AccessChange[]).map(({ request, before, after }) => ({
      principal: request.context.principal,
      permission: request.permission,
      resource_kind: request.resource.kind,
      before: told(before),
      after: told(after),
    })),
  }),
});

/** Routes on the policy; reading it is among those of administration. */
export const policyRoutes: readonly Route[] = [change, revert, explain, simulate];

/** A question in governance's words. */
function asked({ caller: { organizations, ...caller }, resource, ...rest }: Question): object {
  const { owner_id, organization_id, ...more } = resource;
  return {
    ...rest,
    caller: {
      ...caller,
      ...(organizations && {
        organizations: organizations.map(({ organization_id: organizationId, roles }) => ({ organizationId, roles })),
      }),
    },
    resource: {
      ...more,
      ...(owner_id !== undefined && { ownerId: owner_id }),
      ...(organization_id !== undefined && { organizationId: organization_id }),
    },
  };
}

function told({ allowed, decidedBy }: AccessChange["before"]): z.output<typeof decisionSchema> {
  return { allowed, ...(decidedBy && { decided_by: { source: decidedBy.source, id: decidedBy.id } }) };
}
