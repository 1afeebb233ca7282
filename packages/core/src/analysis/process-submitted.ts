import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisRepository } from "./analysis-repository.ts";
import type { ClaimOptions, OpenWorkQueue } from "./open-work-queue.ts";
import { type PerformWork, type ProcessClaimOptions, processClaim } from "./process-claim.ts";
import { defaultLeaseMs } from "./process-open-work.ts";

/** Options of {@link processSubmitted}. */
export interface ProcessSubmittedOptions extends ProcessClaimOptions, Pick<ClaimOptions, "owner"> {
  /** Milliseconds of silence after which others take over; heartbeats come three times as often. Default 60 000. */
  leaseMs?: number;
}

/**
 * Does the work of one submitted analysis, for callers that are told which: a message of a queue. Told twice, it is done
 * once: what has ended already is only returned.
 *
 * @returns the record that is now COMPLETED or FAILED; undefined when it was deleted.
 * @throws ArtGuardError `analysis.still-open` when another worker holds it, or this attempt failed and there will be
 * another one: tell again later.
 * @example
 * const repository = await AnalysisRepository.open(tables);
 * const queue = new OpenWorkQueue(repository);
 * await processSubmitted(requestId, { repository, queue }, async () => ({ verdict: "AUTHENTIC" }), { owner: "worker-1" });
 */
export async function processSubmitted(
  requestId: string,
  { repository, queue }: { readonly repository: AnalysisRepository; readonly queue: OpenWorkQueue },
  perform: PerformWork,
  options: ProcessSubmittedOptions,
): Promise<Analysis | undefined> {
  const { owner, leaseMs = defaultLeaseMs } = options;
  const claim = await queue.claimOne(requestId, { owner, leaseMs });
  if (claim) await processClaim(queue, claim, perform, options);
  const record = await repository.find(requestId);
  if (record?.status !== "PENDING" && record?.status !== "PROCESSING") return record;
  throw new ArtGuardError("analysis.still-open", `analysis ${requestId} has not ended yet`);
}
