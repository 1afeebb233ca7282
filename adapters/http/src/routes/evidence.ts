import type { SealedEvidence } from "@artguard/governance";
import { z } from "zod";
import { operationRoute, type RequestValues, type Route } from "../route.ts";
import { approvalId, approvalSchema } from "./approvals.ts";
import { doneSchema, json } from "./schemas.ts";

const tag = "evidence";
const releasePath = "/v1/evidence/releases/{approval_id}";
const parameters = z.object({ approval_id: approvalId });
const openingId = z.string().min(1).max(128).describe("As the request for the release was answered.");
const what = {
  request_id: z.string().min(1).max(128).describe("The analysis whose stored image is released."),
  recipient: z.strictObject({
    id: z.string().min(1).max(256).describe("As custodians know the party."),
    sealing_key: z.base64().max(1024).describe("X25519, DER of SubjectPublicKeyInfo."),
  }),
};
const asked = z.looseObject({}).describe("What the custodians sign, by its canonical hash.");

function named({ approval_id, opening_id, ...rest }: RequestValues) {
  return { ...rest, approvalId: approval_id, openingId: opening_id };
}

const request = operationRoute({
  method: "post",
  path: "/v1/evidence/releases",
  tag,
  summary: "Ask for a copy of a stored image for another party",
  description: "Both custodians of whom the image belongs to are asked. X-Purpose is part of what they sign.",
  body: z.strictObject({ ...what, reason: z.string().max(2000).exactOptional() }),
  operation: "evidence.request-release",
  input: ({ request_id, ...rest }) => ({ ...rest, requestId: request_id }),
  success: [
    {
      status: "created",
      description: "The release waits for the custodians.",
      bodies: json(z.object({ approval_id: z.string(), opening_id: z.string(), asked, expires_at: z.number() })),
    },
  ],
});

const review = operationRoute({
  method: "get",
  path: releasePath,
  tag,
  summary: "What a custodian is to sign, and the shares that are asked for",
  path_parameters: parameters,
  query: z.object({ opening_id: openingId }),
  operation: "evidence.review",
  input: named,
  success: [
    {
      status: "ok",
      description: "For `signDecision` and `resealShare` of @artguard/governance.",
      bodies: json(
        z.object({ approval: approvalSchema, asked, share_requests: z.array(z.looseObject({ holder: z.string() })) }),
      ),
    },
  ],
});

const handOver = operationRoute({
  method: "post",
  path: `${releasePath}/shares`,
  tag,
  summary: "Hand a custodian's share over, for this release",
  path_parameters: parameters,
  body: z.strictObject({
    opening_id: openingId,
    holder: z.string().min(1).max(200),
    sealed: z.base64().max(4096).describe("From `resealShare`."),
  }),
  operation: "evidence.hand-over",
  input: named,
  success: [{ status: "ok", description: "It is taken.", bodies: json(doneSchema) }],
});

const release = operationRoute({
  method: "post",
  path: `${releasePath}/copy`,
  tag,
  summary: "The copy, once, sealed to its recipient",
  description: "With the same analysis, recipient and X-Purpose as was asked for.",
  path_parameters: parameters,
  body: z.strictObject({ ...what, opening_id: openingId }),
  operation: "evidence.release",
  input: ({ request_id, ...rest }) => named({ ...rest, requestId: request_id }),
  output: (output) => {
    const evidence = output as SealedEvidence;
    return { ...evidence, sealed: Buffer.from(evidence.sealed).toString("base64") };
  },
  success: [
    {
      status: "ok",
      description: "For `openEvidence` of @artguard/governance, where the recipient is.",
      bodies: json(
        z.object({
          request_id: z.string(),
          recipient: z.string(),
          approval_id: z.string(),
          content_type: z.string(),
          sha256: z.string().describe("Of the image."),
          sealed: z.base64().describe("HPKE to the recipient's key."),
        }),
      ),
    },
  ],
});

/** Routes of releases of stored images to other parties. */
export const evidenceRoutes: readonly Route[] = [request, review, handOver, release];
