import { type Analysis, type ArtGuard, ArtGuardError, isArtGuardError, type Page, verdicts } from "@artguard/core";
import { z } from "zod";
import type { Resource } from "../../access/resource.ts";
import { defineOperation } from "../operation.ts";
import { absentAnalysis, findAnalysis } from "./analysis-operations.ts";
import type { CoreServices } from "./core-services.ts";
import { page, requestId } from "./inputs.ts";

/** Long enough for whatever core cleans to what it keeps. */
const text = z.string().min(1).max(10_000);
const byId = z.strictObject({ requestId });
const absent = ({ requestId }: { requestId: string }) => absentAnalysis(requestId);

/** What the queue of reviewers shows of an analysis. */
export type DisputedAnalysis = Pick<
  Analysis,
  "request_id" | "created_at" | "filename" | "verdict" | "forgery_score" | "version_number" | "dispute" | "review"
>;

/**
 * Operations on disputes. Whoever owns an analysis, or was granted `analysis.dispute`, may dispute its result; reviewers see
 * what is disputed, as long as it is, and nothing else.
 */
export function disputeOperations({ artguard, access }: CoreServices) {
  const ofReviewers = {
    target: ({ requestId }: { requestId: string }) => findDisputed(artguard, requestId),
    absent,
    permission: "analysis.review",
    audit: "data-access",
  } as const;
  return {
    dispute: defineOperation({
      name: "analysis.dispute",
      input: z.strictObject({ requestId, reason: text }),
      permission: "analysis.dispute",
      effect: "change",
      audit: "data-access",
      target: ({ requestId }) => findAnalysis(artguard, requestId),
      absent,
      handler: async ({ requestId, reason }, { context }) => {
        const disputed = await artguard.dispute(requestId, { reason, userId: context.principal.id });
        const resource = resourceOf(disputed);
        const { allowed } = await access.validateAccess({ context, permission: "analysis.read", resource });
        return allowed ? disputed : withoutResult(disputed);
      },
    }),
    /** The queue, the longest disputed first. */
    disputed: defineOperation({
      name: "analysis.disputed",
      input: z.strictObject(page),
      permission: "analysis.review",
      effect: "read",
      audit: "data-access",
      target: () => ({ kind: "analysis" }),
      handler: async (options): Promise<Page<DisputedAnalysis>> => {
        const { items, ...rest } = await artguard.disputed(options);
        return { ...rest, items: items.map(shownInQueue) };
      },
    }),
    readDisputed: defineOperation({
      ...ofReviewers,
      name: "analysis.read-disputed",
      input: byId,
      effect: "read",
      handler: ({ requestId }) => artguard.get(requestId),
    }),
    review: defineOperation({
      ...ofReviewers,
      name: "analysis.review",
      input: z.strictObject({
        requestId,
        note: text,
        verdict: z.enum(verdicts).exactOptional(),
        /** Default true: the review ends the dispute. */
        resolved: z.boolean().exactOptional(),
      }),
      effect: "change",
      facts: ({ verdict, resolved = true }) => ({ resolved, ...(verdict && { reviewer_verdict: verdict }) }),
      handler: async ({ requestId, ...said }, { context: { principal } }) => {
        const { dispute } = await artguard.get(requestId);
        if (dispute?.disputed_by === principal.id) throw ownDispute();
        return artguard.review(requestId, { ...said, reviewerId: principal.id });
      },
    }),
  };
}

/** For reviewers there is no analysis but those that are disputed. */
async function findDisputed(artguard: Pick<ArtGuard, "get">, id: string): Promise<Resource | undefined> {
  try {
    const analysis = await artguard.get(id);
    return analysis.dispute?.status === "open" ? resourceOf(analysis) : undefined;
  } catch (error) {
    if (isArtGuardError(error, "analysis.not-found")) return undefined;
    throw error;
  }
}

function resourceOf({ request_id: id, user_id }: Analysis): Resource {
  return { kind: "analysis", id, ...(user_id !== undefined && { ownerId: user_id }) };
}

/** For whoever may dispute a result and not read it. */
function withoutResult(disputed: Analysis): Analysis {
  const { request_id, created_at, status, filename, content_type, size_bytes, dispute } = disputed;
  return { request_id, created_at, status, filename, content_type, size_bytes, ...(dispute && { dispute }) };
}

function shownInQueue(analysis: Analysis): DisputedAnalysis {
  const { request_id, created_at, filename, verdict, forgery_score, version_number, dispute, review } = analysis;
  return {
    request_id,
    created_at,
    filename,
    ...(verdict && { verdict }),
    ...(forgery_score !== undefined && { forgery_score }),
    ...(version_number !== undefined && { version_number }),
    ...(dispute && { dispute }),
    ...(review && { review }),
  };
}

function ownDispute(): ArtGuardError {
  return new ArtGuardError("access.denied", "nobody reviews what they have disputed themselves", {
    details: { required_permissions: "analysis.review" },
  });
}
