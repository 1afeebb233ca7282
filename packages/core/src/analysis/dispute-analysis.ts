import { ArtGuardError } from "../errors/artguard-error.ts";
import { type Verdict, verdicts } from "../fusion/verdict.ts";
import { userIdOf } from "../user/user-id.ts";
import { plainText } from "../vision/plain-text.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";
import {
  type Dispute,
  type EarlierStatement,
  longestStatement,
  mostEarlierStatements,
  openDisputes,
  type Review,
  statementsOf,
  timeOf,
} from "./dispute.ts";
import { type EpochMilliseconds, epochMillisecondsSchema } from "./time.ts";

/** What is said against a result. */
export interface DisputeOptions {
  /** 1–2000 characters; line ends, control and other invisible characters become spaces. */
  reason: string;
  /** Who says so; default the owner of the analysis. */
  userId?: string;
}

/** What a reviewer says of a disputed result. */
export interface ReviewOptions {
  /** 1–2000 characters, as a reason. */
  note: string;
  reviewerId: string;
  /** How the reviewer judges the image; default no word on that. */
  verdict?: Verdict;
  /** False leaves the dispute open, for a remark on the way; default true. */
  resolved?: boolean;
}

/** Puts a dispute beside a result; see `ArtGuard.dispute`. */
export async function disputeAnalysis(
  requestId: string,
  { reason, userId }: DisputeOptions,
  context: AnalysisContext,
): Promise<Analysis> {
  const said = cleaned("reason", reason);
  const { repository, admission } = await context.storage();
  const record = await repository.get(requestId);
  if (record.status !== "COMPLETED") {
    throw new ArtGuardError("analysis.not-completed", `analysis ${requestId} has no result that could be disputed`);
  }
  if (record.dispute?.status === "open") {
    throw new ArtGuardError("analysis.already-disputed", `the result of analysis ${requestId} is disputed already`);
  }
  const author = userId === undefined ? record.user_id : userIdOf(userId);
  await admission?.readmit?.(record);
  if (author !== undefined) await admission?.readmit?.({ ...record, user_id: author });
  const history = statementsOf(record);
  assertRoom(history.length, mostEarlierStatements);
  const created_at = nextMoment(history, context);
  const dispute: Dispute = {
    reason: said,
    created_at,
    status: "open",
    version_number: record.version_number ?? 1,
    ...(author !== undefined && { disputed_by: author }),
  };
  const set = { dispute, dispute_index: openDisputes, disputed_at: created_at, ...historyOf(history) };
  return repository.addStatement(record, { set, remove: ["review"], author, created_at });
}

/** Puts a review beside a disputed result; see `ArtGuard.review`. */
export async function reviewAnalysis(
  requestId: string,
  { note, reviewerId, verdict, resolved = true }: ReviewOptions,
  context: AnalysisContext,
): Promise<Analysis> {
  const said = cleaned("note", note);
  const reviewer_id = userIdOf(reviewerId);
  if (verdict !== undefined && !verdicts.includes(verdict)) {
    throw new ArtGuardError("analysis.invalid-input", `a reviewer's verdict is one of ${verdicts.join(", ")}`);
  }
  const { repository, admission } = await context.storage();
  const record = await repository.get(requestId);
  const { dispute, review: former, dispute_history = [] } = record;
  if (dispute?.status !== "open") {
    throw new ArtGuardError("analysis.not-disputed", `there is no open dispute about analysis ${requestId}`);
  }
  await admission?.readmit?.(record);
  await admission?.readmit?.({ ...record, user_id: reviewer_id });
  const history = former ? [...dispute_history, { review: former }] : dispute_history;
  // The word that ends a dispute always finds room.
  assertRoom(history.length, resolved ? mostEarlierStatements + 1 : mostEarlierStatements);
  const created_at = nextMoment(statementsOf(record), context);
  const review: Review = {
    note: said,
    created_at,
    version_number: dispute.version_number,
    reviewer_id,
    ...(verdict !== undefined && { reviewer_verdict: verdict }),
  };
  const ended: Dispute = resolved ? { ...dispute, status: "resolved", resolved_at: created_at } : dispute;
  return repository.addStatement(record, {
    set: { dispute: ended, review, ...historyOf(history) },
    remove: resolved ? ["dispute_index", "disputed_at"] : [],
    author: reviewer_id,
    created_at,
  });
}

/** Whatever anybody types: it is shown to people, in terminals and pages, and must be what it looks like. */
function cleaned(name: string, value: string): string {
  const line = plainText(value, Number.POSITIVE_INFINITY);
  if (line.length >= 1 && line.length <= longestStatement) return line;
  throw new ArtGuardError(
    "analysis.invalid-input",
    `${name} must have 1–${longestStatement} visible characters, not ${line.length}`,
  );
}

/** An item of the table has an end, and nothing that was said is ever dropped for something new. */
function assertRoom(statements: number, most: number): void {
  if (statements <= most) return;
  throw new ArtGuardError("analysis.dispute-limit", `${statements} statements were made on this analysis before`);
}

function historyOf(history: EarlierStatement[]): Pick<Analysis, "dispute_history"> {
  return history.length > 0 ? { dispute_history: history } : {};
}

/** Statements are told apart by their time, also when the clock stands still. */
function nextMoment(earlier: readonly EarlierStatement[], { now }: AnalysisContext): EpochMilliseconds {
  const last = Math.max(0, ...earlier.map(timeOf));
  return epochMillisecondsSchema.parse(Math.max(now(), last + 1));
}
