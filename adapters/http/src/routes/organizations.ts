import { entitySchema, type MemberFacts, placeRuleSchema } from "@artguard/governance";
import { z } from "zod";
import { operationRoute, type RequestValues, type Route } from "../route.ts";
import { doneSchema, json, pageSchema, roles, userId } from "./schemas.ts";

const tag = "organizations";
const id = z.string().min(1).max(128);
const base = "/v1/organizations/{organization_id}";
const one = { tag, path_parameters: z.object({ organization_id: id }) } as const;
const member = { tag, path_parameters: z.object({ organization_id: id, user_id: userId }) } as const;
const approval_id = id.exactOptional().describe("What the first call was refused with, once both custodians agreed.");
const millis = z.number().int().nonnegative().describe("Epoch milliseconds.");
const memberSchema = z.looseObject({ user_id: z.string(), roles: z.array(z.string()), created_at: millis });
const organizationSchema = z.looseObject({
  organization_id: z.string(),
  entity: z.looseObject({}),
  created_at: millis,
});
const delegationSchema = z.object({
  ...{ delegation_id: z.string(), user_id: z.string(), delegator_id: z.string(), organization_id: z.string() },
  ...{ roles: z.array(z.string()), valid_until: millis },
});
const done = [{ status: "ok", description: "It is done.", bodies: json(doneSchema) }] as const;

const register = operationRoute({
  method: "post",
  path: "/v1/organizations",
  tag,
  summary: "Register an organisation",
  body: z.strictObject({ organization_id: id, entity: entitySchema }),
  operation: "organization.register",
  input: inWords,
  success: [{ status: "created", description: "It is registered.", bodies: json(doneSchema) }],
  output: () => ({}),
});

const read = operationRoute({
  ...one,
  method: "get",
  path: base,
  summary: "Who an organisation is, without what payments need",
  operation: "organization.read",
  input: inWords,
  success: [{ status: "ok", description: "The organisation.", bodies: json(organizationSchema) }],
});

const members = operationRoute({
  ...one,
  method: "get",
  path: `${base}/members`,
  summary: "Members, and who acts for one of them",
  operation: "organization.members",
  input: inWords,
  success: [{ status: "ok", description: "All of them.", bodies: json(pageSchema(memberSchema)) }],
  output: (items) => ({ items }),
});

const addMember = operationRoute({
  ...member,
  method: "put",
  path: `${base}/members/{user_id}`,
  summary: "Make a user a member, or give a member other roles",
  body: z.strictObject({ roles }),
  operation: "organization.add-member",
  input: inWords,
  success: [{ status: "ok", description: "The member.", bodies: json(memberSchema) }],
  output: (output) => {
    const { user_id, roles, created_at } = output as MemberFacts;
    return { user_id, roles, created_at };
  },
});

const removeMember = operationRoute({
  ...member,
  method: "delete",
  path: `${base}/members/{user_id}`,
  summary: "End a membership",
  operation: "organization.remove-member",
  input: inWords,
  success: done,
});

const delegate = operationRoute({
  ...one,
  method: "post",
  path: `${base}/delegations`,
  summary: "Let somebody else act in the caller's place; both custodians must agree",
  body: z.strictObject({ user_id: userId, roles, valid_until: millis, approval_id }),
  operation: "organization.delegate",
  input: inWords,
  success: [{ status: "created", description: "The delegation.", bodies: json(delegationSchema) }],
  output: (output) => delegationSchema.parse(output),
});

const revokeDelegation = operationRoute({
  method: "delete",
  path: "/v1/delegations/{delegation_id}",
  tag,
  summary: "End a delegation; either of its two people can",
  path_parameters: z.object({ delegation_id: id }),
  query: z.object({ user_id: userId.describe("Who acts.") }),
  operation: "delegation.revoke",
  input: inWords,
  success: done,
});

const placeRule = operationRoute({
  ...one,
  method: "get",
  path: `${base}/place-rule`,
  summary: "From where members may act: the rule, and networks from which they always may",
  operation: "geography.read-rule",
  input: inWords,
  success: [
    {
      status: "ok",
      description: "The rule is null where nothing is restricted.",
      bodies: json(z.object({ rule: placeRuleSchema.nullable(), networks: z.array(z.string()) })),
    },
  ],
});

const changePlaceRule = operationRoute({
  ...one,
  method: "put",
  path: `${base}/place-rule`,
  summary: "Restrict from where members may act; null no longer",
  body: z.strictObject({ rule: placeRuleSchema.nullable() }),
  operation: "geography.change-rule",
  input: inWords,
  success: done,
});

const changeNetworks = operationRoute({
  ...one,
  method: "put",
  path: `${base}/networks`,
  summary: "Networks from which members are admitted wherever they are; both custodians must agree",
  body: z.strictObject({ networks: z.array(z.string().max(64)).max(200).describe("CIDR."), approval_id }),
  operation: "geography.change-networks",
  input: inWords,
  success: done,
});

/** Routes on organisations, on who belongs to them and acts for whom, and on from where. */
export const organizationRoutes: readonly Route[] = [
  ...[register, read, members, addMember, removeMember, delegate, revokeDelegation],
  ...[placeRule, changePlaceRule, changeNetworks],
];

const words: Readonly<Record<string, string>> = {
  organization_id: "organizationId",
  user_id: "userId",
  delegation_id: "delegationId",
  valid_until: "validUntil",
  approval_id: "approvalId",
};

/** What was sent, in governance's words. */
function inWords(values: RequestValues): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [words[name] ?? name, value]));
}
