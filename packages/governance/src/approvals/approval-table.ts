import { defineTable, epochMillisecondsSchema } from "@artguard/core";
import { z } from "zod";
import { approvalStates } from "./approval-states.ts";
import { decisions } from "./decision.ts";

/** Who of the two custodians. */
export const custodianPlaces = ["primary", "secondary"] as const;
/** One of {@link custodianPlaces}. */
export type CustodianPlace = (typeof custodianPlaces)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const millis = epochMillisecondsSchema;

/** Somebody who guards keys and releases. */
export const custodianSchema = z.object({
  /** Unique, chosen by the host. */
  custodian_id: z.string().min(1).max(200),
  /** The principal who acts as this custodian. */
  person_id: z.string().min(1).max(200),
  /** Base64: Ed25519, DER of SubjectPublicKeyInfo; signs decisions. */
  signing_key: z.base64(),
  /** Base64: X25519, DER of SubjectPublicKeyInfo; shares are sealed to it. */
  sealing_key: z.base64(),
});
/** See {@link custodianSchema}. */
export type Custodian = z.infer<typeof custodianSchema>;

const decisionSchema = z.object({
  decision: z.enum(decisions),
  nonce: z.string(),
  decided_at: millis,
  signature: z.base64(),
});
const challengeSchema = z.object({ nonce: z.string(), expires_at: millis });

/** A request for approval as it is stored. */
export const requestItemSchema = z.object({
  id: z.string(),
  kind: z.literal("request"),
  approval_id: z.string(),
  operation: z.string().min(1),
  /** Whose custodians decide. */
  entity_id: z.string().min(1),
  request_hash: hash,
  requester_id: z.string().min(1),
  reason: z.string().max(2000).optional(),
  state: z.enum(approvalStates),
  primary: custodianSchema,
  secondary: custodianSchema,
  primary_challenge: challengeSchema.optional(),
  secondary_challenge: challengeSchema.optional(),
  primary_decision: decisionSchema.optional(),
  secondary_decision: decisionSchema.optional(),
  /** Constant while something can still happen: puts the request into the index of open ones. */
  open: z.literal("yes").optional(),
  /** Person whose decision is awaited: puts the request into the index of what waits for them. */
  awaits_primary: z.string().optional(),
  awaits_secondary: z.string().optional(),
  created_at: millis,
  expires_at: millis,
  reminded_at: millis.optional(),
  /** Counts the changes: each is written only onto the state that it was decided on. */
  revision: z.number().int(),
});

/** A custodian as registered. */
export const custodianItemSchema = custodianSchema.extend({
  id: z.string(),
  kind: z.literal("custodian"),
  created_at: millis,
});

/** The custodians of an entity: one item for those that count, one for each that ever did. */
export const assignmentItemSchema = z.object({
  id: z.string(),
  kind: z.literal("assignment"),
  /** Partition of the entity's history; absent in the item of those that count. */
  assigned_to: z.string().optional(),
  version: z.number().int().min(1),
  primary_id: z.string(),
  secondary_id: z.string(),
  assigned_by: z.string(),
  created_at: millis,
});

/** A message that is to be delivered. It names the request; whoever wants to know more must log in. */
export const noticeItemSchema = z.object({
  id: z.string(),
  kind: z.literal("notice"),
  notice_id: z.string(),
  approval_id: z.string(),
  /** Person who gets it. */
  recipient_id: z.string(),
  about: z.enum(["requested", "reminder", "approved", "rejected", "withdrawn", "expired"]),
  /** Constant until it is delivered: puts it into the outbox. */
  outbox: z.literal("yes").optional(),
  attempts: z.number().int(),
  due_at: millis,
  delivered_at: millis.optional(),
  created_at: millis,
});

export type RequestItem = z.infer<typeof requestItemSchema>;
type CustodianItem = z.infer<typeof custodianItemSchema>;
/** Which custodians decide for an entity, as it is stored. */
export type AssignmentItem = z.infer<typeof assignmentItemSchema>;
export type NoticeItem = z.infer<typeof noticeItemSchema>;

type Kinds = RequestItem | CustodianItem | AssignmentItem | NoticeItem;
type AttributeOfAny<Kind> = Kind extends Kind ? keyof Kind : never;
type ValueOfAny<Kind, Name> = Kind extends { [N in Name & string]?: infer Value } ? Value : never;

/** Any item of the table of approvals. */
export type ApprovalItem = { id: string } & {
  [Name in Exclude<AttributeOfAny<Kinds>, "id">]?: ValueOfAny<Kinds, Name>;
};

/**
 * The table of approvals: requests, custodians, their assignments and the outbox.
 *
 * @param name Default `artguard-approvals-dev`.
 * @example
 * const table = await tables.open(defineApprovalTable("artguard-approvals-prod"));
 */
export function defineApprovalTable(name = "artguard-approvals-dev") {
  return defineTable<ApprovalItem>({
    name,
    key: { partition: "id" },
    indexes: {
      "open-index": { partition: "open", sort: "expires_at" },
      "asked-index": { partition: "request_hash", sort: "created_at" },
      "requester-index": { partition: "requester_id", sort: "created_at" },
      "primary-index": { partition: "awaits_primary", sort: "created_at" },
      "secondary-index": { partition: "awaits_secondary", sort: "created_at" },
      "outbox-index": { partition: "outbox", sort: "due_at" },
      "assignment-index": { partition: "assigned_to", sort: "version" },
    },
    schema: z.union([requestItemSchema, custodianItemSchema, assignmentItemSchema, noticeItemSchema]),
  });
}

/** Keys of the kinds of items. */
export const approvalItemId = {
  request: (approvalId: string) => `request#${approvalId}`,
  custodian: (custodianId: string) => `custodian#${custodianId}`,
  assignment: (entityId: string) => `assignment#${entityId}`,
  pastAssignment: (entityId: string, version: number) => `assignment-version#${version}#${entityId}`,
  notice: (noticeId: string) => `notice#${noticeId}`,
} as const;
