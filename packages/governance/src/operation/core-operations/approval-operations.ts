import { ArtGuardError, isArtGuardError } from "@artguard/core";
import { z } from "zod";
import type { Resource } from "../../access/resource.ts";
import type { Approvals } from "../../approvals/approvals.ts";
import { decisions } from "../../approvals/decision.ts";
import type { SecurityContext } from "../../identity/security-context.ts";
import { defineOperation } from "../operation.ts";
import { page } from "./inputs.ts";

const approvalId = z.string().min(1).max(128);
const byId = z.strictObject({ approvalId });

/**
 * Operations on requests for approval. For everybody but who asked and the two custodians there is no such request.
 *
 * @example
 * const { read, withdraw } = approvalOperations(approvals);
 */
export function approvalOperations(approvals: Approvals) {
  const common = { ...approvalTarget(approvals), audit: "custodian-approval" } as const;
  return {
    read: defineOperation({
      ...common,
      name: "approval.read",
      input: byId,
      permission: "approval.read",
      effect: "read",
      handler: ({ approvalId }, { context }) => approvals.status(context, approvalId),
    }),
    /** `waiting`: for the caller's decision; `asked`: by the caller. */
    list: defineOperation({
      name: "approval.list",
      input: z.strictObject({ which: z.enum(["waiting", "asked"]), ...page }),
      permission: "approval.read",
      effect: "read",
      audit: "custodian-approval",
      target: (_, { principal }) => ({ kind: "approval", ownerId: principal.id }),
      handler: ({ which, ...part }, { context }) => approvals[which](context, part),
    }),
    withdraw: defineOperation({
      ...common,
      name: "approval.withdraw",
      input: byId,
      permission: "approval.withdraw",
      effect: "change",
      handler: ({ approvalId }, { context }) => approvals.withdraw(context, approvalId),
    }),
    /** A nonce to sign, good for one decision. */
    challenge: defineOperation({
      ...common,
      name: "approval.challenge",
      input: byId,
      permission: "approval.decide",
      effect: "change",
      handler: ({ approvalId }, { context }) => approvals.challenge(context, approvalId),
    }),
    decide: defineOperation({
      ...common,
      name: "approval.decide",
      /** `signature`: from `signDecision`, made where the custodian's key is. */
      input: z.strictObject({
        approvalId,
        decision: z.enum(decisions),
        nonce: z.string().max(128),
        /** Epoch milliseconds. */
        decidedAt: z.number().int(),
        signature: z.base64().max(1024),
      }),
      permission: "approval.decide",
      effect: "change",
      handler: (signed, { context }) => approvals.decide(context, signed),
    }),
  };
}

/** Finds a request for those who have a part in it; it belongs to whoever asked. */
export function approvalTarget(approvals: Pick<Approvals, "status">) {
  return {
    target: async (
      { approvalId: id }: { approvalId: string },
      context: SecurityContext,
    ): Promise<Resource | undefined> => {
      try {
        const { requester_id } = await approvals.status(context, id);
        return { kind: "approval", id, ownerId: requester_id };
      } catch (error) {
        if (isArtGuardError(error, "approvals.not-found")) return undefined;
        throw error;
      }
    },
    absent: () => new ArtGuardError("approvals.not-found", "there is no such request"),
  };
}
