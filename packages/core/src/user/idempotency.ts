import { createHash } from "node:crypto";
import type { Analysis } from "../analysis/analysis.ts";
import { epochMillisecondsSchema, epochSecondsSchema } from "../analysis/time.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Condition } from "../storage/table.ts";
import type { UserId } from "./user-id.ts";
import { type IdempotencyItem, markerKey } from "./user-marker.ts";
import type { UserItem } from "./user-table.ts";

/** A caller's promise that a repeated request is the same one. */
export interface IdempotencyKey {
  /** 1–255 printable ASCII characters, of this caller's choice; other callers' keys are other keys. */
  readonly key: string;
  /** From {@link requestHash}. */
  readonly requestHash: string;
}

const keyForm = /^[\x21-\x7e]{1,255}$/;
/** How long a key stands for its first request, in seconds: 24 h. */
export const idempotencySeconds = 24 * 60 * 60;

/**
 * Lower-case hex SHA-256 of what makes a request this request: the bytes and every option that changes the result.
 *
 * @example
 * await artguard.analyze(bytes, { userId, idempotency: { key: "upload-1", requestHash: requestHash(bytes) } });
 */
export function requestHash(
  bytes: Uint8Array,
  options: Readonly<Record<string, string | number | boolean>> = {},
): string {
  const ordered = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(ordered)).update("\n").update(bytes).digest("hex");
}

/** @throws ArtGuardError `user.invalid-input` */
export function assertIdempotencyKey({ key, requestHash: hash }: IdempotencyKey): void {
  if (!keyForm.test(key)) {
    throw new ArtGuardError("user.invalid-input", "Idempotency-Key: expected 1–255 printable ASCII characters");
  }
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ArtGuardError("user.invalid-input", "requestHash: expected a SHA-256");
}

/** Where nobody remembers keys, a repeated request would be done twice. @throws ArtGuardError `analysis.invalid-input` */
export function assertNoIdempotency(key: IdempotencyKey | undefined): void {
  if (key === undefined) return;
  throw new ArtGuardError("analysis.invalid-input", "nothing here remembers Idempotency-Keys", {
    fix: "Pass an `admission` that does, such as quotaGate, or leave `idempotency` out.",
  });
}

/**
 * The row that ties a key to the analysis of its first request.
 *
 * @param leaseMs How long the caller works on it; undefined for a job that others do.
 */
export function idempotencyItem(
  owner: UserId,
  { key, requestHash: request_hash }: IdempotencyKey,
  { request_id, created_at }: Analysis,
  { now, leaseMs }: { now: number; leaseMs: number | undefined },
): IdempotencyItem {
  return {
    user_id: markerKey.idempotency(owner, key),
    kind: "idempotency",
    owner_id: owner,
    request_hash,
    request_id,
    analysis_created_at: created_at,
    created_at: epochMillisecondsSchema.parse(now),
    ...(leaseMs !== undefined && { lease_until: now + leaseMs }),
    expires_at: epochSecondsSchema.parse(Math.floor(now / 1000) + idempotencySeconds),
  };
}

/** Codes of failures that lie with the request: the same bytes and options would fail again. */
const requestFailures = /^(image\.|analysis\.(aborted|invalid-input|consent-required)$)/;

/**
 * Whether an analysis failed by our fault: its charge is given back, and the same request may begin anew.
 *
 * @example
 * if (isSystemFailure(analysis)) await admissions.refund(analysis);
 */
export function isSystemFailure({ status, error }: Pick<Analysis, "status" | "error">): boolean {
  return status === "FAILED" && !requestFailures.test(error?.code ?? "");
}

/** What a repeated request is told: the first result, that it is on its way, to go on with it, or to begin anew. */
export type Repetition = "replayed" | "in_flight" | "abandoned" | "void";

/**
 * Reads the state of the first request from its analysis, which is the one truth about it: no second state can
 * contradict it after a crash.
 */
export function repetitionOf(row: IdempotencyItem, first: Analysis | undefined, now: number): Repetition {
  if (first === undefined) return "void";
  if (first.status === "COMPLETED") return "replayed";
  if (first.status === "FAILED") return isSystemFailure(first) ? "void" : "replayed";
  if (row.lease_until === undefined) return "replayed";
  return row.lease_until > now ? "in_flight" : "abandoned";
}

/** The row as it was read; whoever changes it first wins. */
export function sameRow({ request_id, lease_until }: IdempotencyItem): Condition<UserItem> {
  const lease: Condition<UserItem> =
    lease_until === undefined
      ? { attribute: "lease_until", is: "absent" }
      : { attribute: "lease_until", equals: lease_until };
  return { all: [{ attribute: "request_id", equals: request_id }, lease] };
}

/** What a reused key with another request is told. */
export function idempotencyConflict(): ArtGuardError {
  return new ArtGuardError("user.idempotency-conflict", "the Idempotency-Key was used for another request");
}

/** What a repeated request is told while the first one is at work. */
export function idempotencyInFlight({ lease_until = 0, request_id }: IdempotencyItem, now: number): ArtGuardError {
  const retry_after_ms = Math.max(0, lease_until - now);
  return new ArtGuardError(
    "user.idempotency-in-flight",
    "the first request with this Idempotency-Key is still being worked on",
    { details: { request_id, retry_after_ms } },
  );
}
