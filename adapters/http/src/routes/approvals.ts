import { z } from "zod";
import { operationRoute, type RequestValues, type Route } from "../route.ts";
import { json, pageQuery, pageSchema } from "./schemas.ts";

const tag = "approvals";
/** Id of a request for approval. */
export const approvalId = z.string().min(1).max(128);
const parameters = z.object({ approval_id: approvalId });
const decision = z.enum(["approve", "reject"]);
const custodianSchema = z.object({ custodian_id: z.string(), decision: decision.optional() });
/** A request for approval. */
export const approvalSchema = z.object({
  approval_id: z.string(),
  operation: z.string(),
  entity_id: z.string().describe("Whose custodians decide."),
  request_hash: z.string().describe("Hex SHA-256 of the canonical JSON of what is asked."),
  requester_id: z.string(),
  reason: z.string().optional(),
  state: z.enum(["PENDING", "APPROVED", "REJECTED", "CONSUMED", "EXPIRED", "WITHDRAWN"]),
  primary: custodianSchema,
  secondary: custodianSchema,
  created_at: z.number().describe("Epoch milliseconds."),
  expires_at: z.number().describe("Epoch milliseconds."),
});

function byId({ approval_id }: RequestValues) {
  return { approvalId: approval_id };
}

const list = operationRoute({
  method: "get",
  path: "/v1/approvals",
  tag,
  summary: "What waits for the caller's decision, or what the caller asked for, newest first",
  query: z.object({ which: z.enum(["waiting", "asked"]).default("waiting") }).extend(pageQuery.shape),
  operation: "approval.list",
  input: (values) => values,
  success: [{ status: "ok", description: "A page of requests.", bodies: json(pageSchema(approvalSchema)) }],
});

const read = operationRoute({
  method: "get",
  path: "/v1/approvals/{approval_id}",
  tag,
  summary: "A request for approval, for who asked and its custodians",
  path_parameters: parameters,
  operation: "approval.read",
  input: byId,
  success: [{ status: "ok", description: "The request as it is now.", bodies: json(approvalSchema) }],
});

const withdraw = operationRoute({
  method: "post",
  path: "/v1/approvals/{approval_id}/withdraw",
  tag,
  summary: "Take a request of one's own back",
  path_parameters: parameters,
  operation: "approval.withdraw",
  input: byId,
  success: [{ status: "ok", description: "The request.", bodies: json(approvalSchema) }],
});

const challenge = operationRoute({
  method: "post",
  path: "/v1/approvals/{approval_id}/challenge",
  tag,
  summary: "What a custodian signs, with a nonce for one decision",
  path_parameters: parameters,
  operation: "approval.challenge",
  input: byId,
  success: [
    {
      status: "ok",
      description: "To be signed where the custodian's key is.",
      bodies: json(
        z.object({
          approval_id: z.string(),
          request_hash: z.string(),
          custodian_id: z.string(),
          nonce: z.string(),
          expires_at: z.number().describe("Epoch milliseconds."),
        }),
      ),
    },
  ],
});

const decide = operationRoute({
  method: "post",
  path: "/v1/approvals/{approval_id}/decision",
  tag,
  summary: "Approve or reject, signed",
  path_parameters: parameters,
  body: z.strictObject({
    decision,
    nonce: z.string().min(1).max(128),
    decided_at: z
      .number()
      .int()
      .nonnegative()
      .describe("Epoch milliseconds, within five minutes of the server's clock."),
    signature: z.base64().max(1024).describe("Ed25519, by `signDecision` of @artguard/governance."),
  }),
  operation: "approval.decide",
  input: ({ decided_at, approval_id, ...signed }) => ({ ...signed, approvalId: approval_id, decidedAt: decided_at }),
  success: [{ status: "ok", description: "The request.", bodies: json(approvalSchema) }],
});

/** Routes of requests for approval. */
export const approvalRoutes: readonly Route[] = [list, read, withdraw, challenge, decide];
