import type { ArtGuard } from "@artguard/core";
import { z } from "zod";
import type { Approvals } from "../approvals/approvals.ts";
import { absentAnalysis, findAnalysis } from "../operation/core-operations/analysis-operations.ts";
import { approvalTarget } from "../operation/core-operations/approval-operations.ts";
import { requestId } from "../operation/core-operations/inputs.ts";
import { defineOperation } from "../operation/operation.ts";
import { type EvidenceReleases, releaseOperation } from "./evidence-releases.ts";

const recipient = z.strictObject({ id: z.string().min(1).max(256), sealing_key: z.base64().max(1024) });
const releaseName = { approvalId: z.string().min(1).max(128), openingId: z.string().min(1).max(128) };

/**
 * Operations that release a stored image to another party. The approval is asked for and used by the operations
 * themselves: what the custodians sign names the one-time key of the opening.
 *
 * @example
 * const { requestRelease, review, handOver, release } = governance.evidence;
 */
export function evidenceOperations(
  releases: EvidenceReleases,
  { artguard, approvals }: { readonly artguard: Pick<ArtGuard, "get">; readonly approvals: Approvals },
) {
  const ofAnalysis = {
    target: ({ requestId }: { requestId: string }) => findAnalysis(artguard, requestId),
    absent: ({ requestId }: { requestId: string }) => absentAnalysis(requestId),
    permission: "analysis.release",
    effect: "change",
    audit: "data-access",
  } as const;
  const ofCustodian = { ...approvalTarget(approvals), permission: "approval.decide" } as const;
  return {
    requestRelease: defineOperation({
      ...ofAnalysis,
      name: "evidence.request-release",
      input: z.strictObject({ requestId, recipient, reason: z.string().max(2000).exactOptional() }),
      handler: ({ reason, ...input }, { context, purpose }) => releases.request(context, { ...input, purpose }, reason),
    }),
    /** What a custodian is to sign, and the share to be handed over. */
    review: defineOperation({
      ...ofCustodian,
      name: "evidence.review",
      input: z.strictObject(releaseName),
      effect: "read",
      audit: "custodian-approval",
      handler: (name, { context }) => releases.review(context, name),
    }),
    handOver: defineOperation({
      ...ofCustodian,
      name: "evidence.hand-over",
      /** `sealed`: from `resealShare`. */
      input: z.strictObject({ ...releaseName, holder: z.string().min(1).max(200), sealed: z.base64().max(4096) }),
      effect: "change",
      audit: "custodian-approval",
      handler: (share, { context }) => releases.handOver(context, share),
    }),
    release: defineOperation({
      ...ofAnalysis,
      name: releaseOperation,
      input: z.strictObject({ requestId, recipient, ...releaseName }),
      handler: (input, { context, purpose }) => releases.release(context, { ...input, purpose }),
    }),
  };
}
