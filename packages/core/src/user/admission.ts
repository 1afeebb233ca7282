import { setTimeout as sleep } from "node:timers/promises";
import { type Analysis, analysisSchema } from "../analysis/analysis.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Table } from "../storage/table.ts";
import {
  cancellationReasons,
  putAction,
  type TableStore,
  type TransactAction,
  updateAction,
} from "../storage/table-store.ts";
import { beingErased } from "./erasure-mark.ts";
import {
  assertIdempotencyKey,
  type IdempotencyKey,
  idempotencyConflict,
  idempotencyInFlight,
  idempotencyItem,
  repetitionOf,
  sameRow,
} from "./idempotency.ts";
import { type QuotaStatus, quotaOf, reserve } from "./quota.ts";
import { refundCharge } from "./refund.ts";
import { defaultTiers, type Tiers, tiersSchema } from "./tier.ts";
import { type User, userSchema } from "./user.ts";
import { type UserId, userIdOf } from "./user-id.ts";
import { type IdempotencyItem, idempotencySchema, markerKey } from "./user-marker.ts";
import type { UserItem } from "./user-table.ts";

/** Options of {@link Admissions}. */
export interface AdmissionOptions {
  readonly store: TableStore;
  readonly users: Table<UserItem>;
  readonly analyses: Table<AnalysisItem>;
  /** Default {@link defaultTiers}. */
  readonly tiers?: Tiers;
  /** How long a caller is believed to be at work on an admitted request, in milliseconds; default 120 000. */
  readonly leaseMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** A request to analyse one image. */
export interface AdmissionRequest {
  /** The new record, PENDING, with its `user_id`. */
  readonly analysis: Analysis;
  readonly idempotency?: IdempotencyKey;
  /** The result comes from a worker: a repeated request gets the record in whatever state it is. Default false. */
  readonly submitted?: boolean;
}

/** The actions that store a record. */
export type Creation = (analysis: Analysis) => readonly TransactAction[];

/** The outcome of {@link Admissions.admit}. */
export type Admission =
  /** Charged and stored: do the work on `analysis`. */
  | { readonly outcome: "admitted"; readonly analysis: Analysis; readonly quota: QuotaStatus }
  /** The same request came before: this is its record. */
  | { readonly outcome: "replayed"; readonly analysis: Analysis }
  /** The same request came before and its caller died: do the work on `analysis`, which is charged and stored already. */
  | { readonly outcome: "resumed"; readonly analysis: Analysis };

const defaultLeaseMs = 120_000;
/** Each attempt beyond the first means that another writer changed the same user or key in between. */
const mostAttempts = 20;
const backoffMs = 20;

/**
 * Lets requests in: quota, record and Idempotency-Key in one transaction, so that no crash can part them.
 *
 * @example
 * const analyses = await store.open(defineAnalysisTable());
 * const admissions = new Admissions({ store, users, analyses });
 * await using artguard = await createArtGuard({ detectors, tables: store, admission: quotaGate(admissions) });
 */
export class Admissions {
  readonly #options: Required<AdmissionOptions>;

  /** @throws ArtGuardError `user.invalid-input` for tiers that are not as `tiersSchema` says. */
  constructor(options: AdmissionOptions) {
    this.#options = {
      tiers: defaultTiers,
      leaseMs: defaultLeaseMs,
      now: Date.now,
      ...options,
    };
    const parsed = tiersSchema.safeParse(this.#options.tiers);
    if (!parsed.success) throw new ArtGuardError("user.invalid-input", `tiers: ${parsed.error.issues[0]!.message}`);
  }

  /** What the user may still analyse this month. @throws ArtGuardError `user.not-found` */
  async quota(userId: UserId): Promise<QuotaStatus> {
    return quotaOf(await this.#user(userId), this.#options.tiers, this.#options.now());
  }

  /**
   * Charges the owner's quota and stores the record and the Idempotency-Key, all or nothing; or tells what became of the
   * same request before.
   *
   * @param creation The actions that store the record, here with its charge; default one put that refuses an existing key.
   * @throws ArtGuardError `user.quota-exceeded` with `resets_at`, `user.idempotency-conflict`,
   * `user.idempotency-in-flight`, `user.being-erased`, `user.not-found`, `user.invalid-input`
   */
  async admit(request: AdmissionRequest, creation: Creation = this.#put): Promise<Admission> {
    if (request.idempotency) assertIdempotencyKey(request.idempotency);
    const owner = userIdOf(request.analysis.user_id ?? "");
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (attempt > 0) await sleep(Math.random() * backoffMs * attempt);
      const row = await this.#row(owner, request.idempotency);
      const answer = row && (await this.#repeat(row, request));
      const admission = answer ?? (await this.#begin(owner, request, row, creation));
      if (admission !== "try_again") return admission;
    }
    throw new ArtGuardError("storage.throttled", "too many requests change the quota of this user at the same moment");
  }

  /** @throws ArtGuardError `user.being-erased` for a user who is being or was erased. */
  async assertNotErased(userId: UserId): Promise<void> {
    if (await this.#options.users.get({ user_id: markerKey.erasure(userId) }, { consistent: true }))
      throw beingErased();
  }

  /**
   * Gives the charge of an analysis back that the system failed; done once, however often it is called. Where the charged
   * month is over, only `total_uploads` goes back.
   *
   * @returns Whether this call gave the user another analysis.
   */
  refund(analysis: Analysis): Promise<boolean> {
    return refundCharge(analysis, this.#options);
  }

  /** The answer to a repeated request; undefined when it is to begin anew. */
  async #repeat(row: IdempotencyItem, request: AdmissionRequest): Promise<Admission | "try_again" | undefined> {
    const now = this.#options.now();
    if (row.request_hash !== request.idempotency?.requestHash) throw idempotencyConflict();
    const first = await this.#analysis(row);
    const repetition = repetitionOf(row, first, now);
    if (repetition === "in_flight") throw idempotencyInFlight(row, now);
    if (first && repetition === "replayed") return { outcome: "replayed", analysis: first };
    if (first && repetition === "abandoned") {
      return (await this.#takeOver(row, now)) ? { outcome: "resumed", analysis: first } : "try_again";
    }
    // Whoever recorded the failure may have died before the refund.
    if (first) await this.refund(first);
    return undefined;
  }

  #put = (analysis: Analysis): TransactAction[] => [
    putAction(this.#options.analyses.definition, analysis, { item: "absent" }),
  ];

  async #begin(
    owner: UserId,
    request: AdmissionRequest,
    row: IdempotencyItem | undefined,
    creation: Creation,
  ): Promise<Admission | "try_again"> {
    const { store, users, tiers, now } = this.#options;
    const { change, condition, quota } = reserve(await this.#user(owner), tiers, now());
    const analysis: Analysis = { ...request.analysis, quota_charged: true, quota_period: quota.quota_period };
    const own = [
      updateAction(users.definition, { user_id: owner }, change, condition),
      ...this.#keyAction(owner, request, row),
    ];
    try {
      await store.transact([...own, ...creation(analysis)]);
      return { outcome: "admitted", analysis, quota };
    } catch (error) {
      // Somebody changed the user or the key in between: see what they are now. Anything else is final.
      const changed = cancellationReasons(error).findIndex((reason) => reason !== undefined);
      if (changed < 0 || changed >= own.length) throw error;
      return "try_again";
    }
  }

  #keyAction(owner: UserId, request: AdmissionRequest, row: IdempotencyItem | undefined): TransactAction[] {
    const { users, leaseMs, now } = this.#options;
    if (!request.idempotency) return [];
    const lease = { now: now(), leaseMs: request.submitted ? undefined : leaseMs };
    const item = idempotencyItem(owner, request.idempotency, request.analysis, lease);
    return [putAction(users.definition, item, row ? sameRow(row) : { item: "absent" })];
  }

  async #takeOver(row: IdempotencyItem, now: number): Promise<boolean> {
    const { users, leaseMs } = this.#options;
    const change = { set: { lease_until: now + leaseMs } };
    return succeeds(users.update({ user_id: row.user_id }, change, { condition: sameRow(row) }));
  }

  async #user(userId: UserId): Promise<User> {
    const item = await this.#options.users.get({ user_id: userId }, { consistent: true });
    if (!item) throw new ArtGuardError("user.not-found", "no user has this user_id");
    if (item.erasing_at !== undefined) throw beingErased();
    return userSchema.parse(item);
  }

  async #row(owner: UserId, idempotency: IdempotencyKey | undefined): Promise<IdempotencyItem | undefined> {
    if (!idempotency) return undefined;
    const key = { user_id: markerKey.idempotency(owner, idempotency.key) };
    const item = await this.#options.users.get(key, { consistent: true });
    return item && idempotencySchema.parse(item);
  }

  async #analysis({ request_id, analysis_created_at }: IdempotencyItem): Promise<Analysis | undefined> {
    const key = { request_id, created_at: analysis_created_at };
    const item = await this.#options.analyses.get(key, { consistent: true });
    return item && analysisSchema.parse(item);
  }
}

/** Whether a conditional write happened. */
async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isArtGuardError(error, "storage.condition-failed")) return false;
    throw error;
  }
}
