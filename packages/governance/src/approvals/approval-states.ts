import { ArtGuardError } from "@artguard/core";

/** The states of a request for approval. */
export const approvalStates = ["PENDING", "APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED", "CONSUMED"] as const;
/** One of {@link approvalStates}. */
export type ApprovalState = (typeof approvalStates)[number];

/** Which states may follow which. One rejection ends a request; an approval is used once, or its time runs out. */
export const approvalTransitions: Readonly<Record<ApprovalState, readonly ApprovalState[]>> = {
  PENDING: ["APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED"],
  APPROVED: ["CONSUMED", "WITHDRAWN", "EXPIRED"],
  REJECTED: [],
  WITHDRAWN: [],
  EXPIRED: [],
  CONSUMED: [],
};

/** Refuses a change that the table does not know. @throws ArtGuardError `approvals.illegal-transition` */
export function assertApprovalTransition(from: ApprovalState, to: ApprovalState): void {
  if (approvalTransitions[from].includes(to)) return;
  throw new ArtGuardError("approvals.illegal-transition", `a request cannot go from ${from} to ${to}`, {
    details: { from, to },
  });
}
