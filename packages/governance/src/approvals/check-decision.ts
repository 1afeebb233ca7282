import { ArtGuardError } from "@artguard/core";
import type { SignedDecision } from "./approval-request.ts";
import { type ApprovalState, assertApprovalTransition } from "./approval-states.ts";
import { type Custodian, type CustodianPlace, custodianPlaces, type RequestItem } from "./approval-table.ts";
import { type CustodianDecision, type DecisionStatement, isSignedBy } from "./decision.ts";

const mostClockDifferenceMs = 5 * 60_000;

/** @throws ArtGuardError `approvals.already-decided`, `approvals.expired`, `approvals.illegal-transition` */
export function assertUndecided(request: RequestItem, place: CustodianPlace, now: number): void {
  if (request[`${place}_decision`]) {
    throw new ArtGuardError("approvals.already-decided", "this custodian has decided before");
  }
  if (request.expires_at <= now) throw expired();
  if (request.state !== "PENDING") assertApprovalTransition(request.state, "APPROVED");
}

/**
 * The decision must answer the open challenge, be made now, and be signed.
 *
 * @throws ArtGuardError `approvals.nonce-refused`, `approvals.invalid-input`, `approvals.invalid-signature`
 */
export function assertAnswers(request: RequestItem, place: CustodianPlace, signed: SignedDecision, now: number): void {
  const challenge = request[`${place}_challenge`];
  if (challenge?.nonce !== signed.nonce || challenge.expires_at <= now) {
    throw new ArtGuardError("approvals.nonce-refused", "the nonce is unknown, used or expired");
  }
  if (!Number.isSafeInteger(signed.decidedAt) || Math.abs(signed.decidedAt - now) > mostClockDifferenceMs) {
    throw new ArtGuardError("approvals.invalid-input", "decidedAt is more than five minutes from now");
  }
  const { decision, nonce, decidedAt: decided_at, signature } = signed;
  const statement = statementOf(request, request[place], { decision, nonce, decided_at });
  if (!isSignedBy(request[place].signing_key, statement, signature)) throw invalidSignature();
}

/** @throws ArtGuardError `approvals.consumed`, `approvals.expired`, `approvals.incomplete`, `approvals.illegal-transition` */
export function assertUsable(request: RequestItem, now: number): void {
  if (request.state === "CONSUMED") throw new ArtGuardError("approvals.consumed", "the approval was used already");
  if (request.state === "EXPIRED" || request.expires_at <= now) throw expired();
  if (request.state === "PENDING") throw new ArtGuardError("approvals.incomplete", "not every custodian has approved");
  assertApprovalTransition(request.state, "CONSUMED");
}

/**
 * The stored state is believed only as far as both custodians, two persons, signed it by the keys they have now.
 *
 * @param registered The custodian as registered now.
 * @throws ArtGuardError `approvals.invalid-signature`
 */
export async function assertSigned(
  request: RequestItem,
  registered: (custodianId: string) => Promise<Custodian>,
): Promise<void> {
  if (request.primary.person_id === request.secondary.person_id) throw invalidSignature();
  for (const place of custodianPlaces) {
    const given = request[`${place}_decision`];
    const { custodian_id, person_id } = request[place];
    const now = await registered(custodian_id);
    const approved = given?.decision === "approve" && now.person_id === person_id;
    if (!approved || !isSignedBy(now.signing_key, statementOf(request, now, given), given.signature)) {
      throw invalidSignature();
    }
  }
}

/** The request's state once this decision is taken. */
export function stateAfter(request: RequestItem, place: CustodianPlace, decision: CustodianDecision): ApprovalState {
  if (decision === "reject") return "REJECTED";
  const other = place === "primary" ? request.secondary_decision : request.primary_decision;
  return other?.decision === "approve" ? "APPROVED" : "PENDING";
}

function statementOf(
  { approval_id, request_hash }: RequestItem,
  { custodian_id }: Custodian,
  { decision, nonce, decided_at }: Pick<DecisionStatement, "decision" | "nonce" | "decided_at">,
): DecisionStatement {
  return { approval_id, request_hash, custodian_id, decision, nonce, decided_at };
}

function expired(): ArtGuardError {
  return new ArtGuardError("approvals.expired", "the time of this request is over");
}

function invalidSignature(): ArtGuardError {
  return new ArtGuardError("approvals.invalid-signature", "the custodians have not signed this, or not by their keys");
}
