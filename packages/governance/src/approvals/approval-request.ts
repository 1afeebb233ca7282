import type { EpochMilliseconds, JsonValue } from "@artguard/core";
import type { ApprovalState } from "./approval-states.ts";
import { custodianPlaces, type RequestItem } from "./approval-table.ts";
import type { CustodianDecision } from "./decision.ts";

/** What is to be approved. */
export interface ApprovalInput {
  /** Whose custodians decide. */
  readonly entityId: string;
  /** Name of the operation. */
  readonly operation: string;
  /** All that makes it this operation: the approval is good for exactly this. Only its hash is stored. */
  readonly asked: JsonValue;
  /** For the custodians; at most 2,000 characters. */
  readonly reason?: string;
}

/** What is about to be done under an approval. */
export interface ApprovalUse {
  readonly approvalId: string;
  /** What is to be done: exactly what was approved. */
  readonly asked: JsonValue;
  /** Whose custodians must have been asked. Name it wherever the request could have named another entity. */
  readonly entityId?: string;
  /** Name of the operation that must have been asked for. */
  readonly operation?: string;
}

/** A request for approval, as people see it. */
export interface ApprovalRequest {
  readonly approval_id: string;
  readonly operation: string;
  readonly entity_id: string;
  /** Hex SHA-256 of the canonical JSON of what is asked. */
  readonly request_hash: string;
  readonly requester_id: string;
  readonly reason?: string;
  readonly state: ApprovalState;
  readonly primary: { readonly custodian_id: string; readonly decision?: CustodianDecision };
  readonly secondary: { readonly custodian_id: string; readonly decision?: CustodianDecision };
  readonly created_at: EpochMilliseconds;
  /** The approval can be given and used until then. */
  readonly expires_at: EpochMilliseconds;
}

/** What a custodian signs, but for decision and time. */
export interface Challenge {
  readonly approval_id: string;
  readonly request_hash: string;
  readonly custodian_id: string;
  readonly nonce: string;
  /** Epoch milliseconds. */
  readonly expires_at: number;
}

/** A custodian's answer to a challenge. */
export interface SignedDecision {
  readonly approvalId: string;
  readonly decision: CustodianDecision;
  readonly nonce: string;
  /** Epoch milliseconds, within five minutes of the platform's clock. */
  readonly decidedAt: number;
  /** Base64: Ed25519 over `decisionBytes`. */
  readonly signature: string;
}

/** A stored request as people see it at a moment. */
export function shown(request: RequestItem, now: number): ApprovalRequest {
  const { approval_id, operation, entity_id, request_hash, requester_id, reason, created_at, expires_at } = request;
  const open = request.state === "PENDING" || request.state === "APPROVED";
  const [primary, secondary] = custodianPlaces.map((place) => {
    const decision = request[`${place}_decision`]?.decision;
    return { custodian_id: request[place].custodian_id, ...(decision && { decision }) };
  });
  return {
    ...{ approval_id, operation, entity_id, request_hash, requester_id, created_at, expires_at },
    ...(reason !== undefined && { reason }),
    state: open && expires_at <= now ? "EXPIRED" : request.state,
    primary: primary!,
    secondary: secondary!,
  };
}
