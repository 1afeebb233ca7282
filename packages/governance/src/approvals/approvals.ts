import { randomBytes } from "node:crypto";
import {
  ArtGuardError,
  type Change,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  isArtGuardError,
  type JsonValue,
  type Page,
  type PageOptions,
  putAction,
  type Table,
  type TableStore,
  updateAction,
} from "@artguard/core";
import type { AuditDetails, AuditEvent, AuditLog } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import {
  type ApprovalInput,
  type ApprovalRequest,
  type ApprovalUse,
  type Challenge,
  type SignedDecision,
  shown,
} from "./approval-request.ts";
import { assertApprovalTransition } from "./approval-states.ts";
import {
  type ApprovalItem,
  approvalItemId,
  type Custodian,
  type CustodianPlace,
  custodianPlaces,
  defineApprovalTable,
  type NoticeItem,
  type RequestItem,
  requestItemSchema,
} from "./approval-table.ts";
import { canonicalHash } from "./canonical-json.ts";
import { assertAnswers, assertSigned, assertUndecided, assertUsable, stateAfter } from "./check-decision.ts";
import { CustodianRegistry } from "./custodian-registry.ts";
import { requestsAskedBy, requestsWaitingFor } from "./list-requests.ts";
import { type DeliverOptions, deliverOutbox, type NoticeSink } from "./outbox.ts";

const [hourMs, minuteMs] = [3_600_000, 60_000];
/** Attributes by which a request is found while something can still happen. */
const ended = ["open", "awaits_primary", "awaits_secondary"] as const;
/** Times that a change is decided anew because another one came first. */
const mostAttempts = 5;

/** Options of {@link openApprovals}. */
export interface ApprovalsOptions {
  readonly tables: TableStore;
  /** Default `artguard-approvals-dev`. */
  readonly tableName?: string;
  readonly audit: AuditLog;
  /**
   * Decides anew, when an approval is about to be used, whether the caller may do what was approved.
   *
   * @throws An error that refuses it.
   */
  readonly authorize: (context: SecurityContext, request: ApprovalRequest, asked: JsonValue) => Promise<void>;
  /** Persons who act for a person: neither can approve what the other asks. */
  readonly delegatesOf: (personId: string) => Promise<readonly string[]>;
  /** Time between request and use; default 72 h. */
  readonly windowMs?: number;
  /** Time to answer a challenge; default 15 minutes. */
  readonly challengeMs?: number;
  /** Time after which custodians are reminded, and again; default 24 h. */
  readonly remindAfterMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Part of a list of requests. */
export type ApprovalPage = Page<ApprovalRequest>;

/**
 * Requests for approval: bound to the hash of what is asked, decided by two persons who sign, used once within their time.
 * Every step and every refused one is in the audit log.
 *
 * @example
 * const { approval_id } = await approvals.requestApproval(context, {
 *   entityId: "museum-1",
 *   operation: "evidence.release",
 *   asked: { recipient: "insurer-7" },
 * });
 */
export class Approvals {
  readonly custodians: CustodianRegistry;
  readonly #table: Table<ApprovalItem>;
  readonly #options: ApprovalsOptions;

  /** See {@link openApprovals}. */
  constructor(table: Table<ApprovalItem>, options: ApprovalsOptions) {
    const { tables, audit, now = Date.now } = options;
    this.#table = table;
    this.#options = options;
    this.custodians = new CustodianRegistry(tables, table, audit, now);
  }

  /**
   * Asks both custodians of an entity, who get a notice.
   *
   * @throws ArtGuardError `approvals.no-custodians`, `approvals.not-distinct`, `approvals.invalid-input`;
   * `approvals.self-approval` when a custodian asks, acts for whoever asks, or lets them act.
   */
  async requestApproval(context: SecurityContext, input: ApprovalInput): Promise<ApprovalRequest> {
    const { primary, secondary } = await this.custodians.custodiansOf(input.entityId);
    const approval_id = randomBytes(16).toString("hex");
    try {
      for (const { person_id } of [primary, secondary]) await this.#assertNoPart(person_id, context.principal.id);
    } catch (error) {
      await this.#refused(context, "approval.requested", { approval_id, operation: input.operation }, error);
      throw error;
    }
    const request = this.#itemOf(context, input, approval_id, { primary, secondary });
    const notices = [primary, secondary].map(({ person_id }) => this.#notice(request, person_id, "requested"));
    const { definition } = this.#table;
    await this.#options.tables.transact(
      [request, ...notices].map((item) => putAction(definition, item, { item: "absent" })),
    );
    await this.#log(context, "approval.requested", request, { request_hash: request.request_hash });
    return shown(request, this.#moment());
  }

  /**
   * The caller's newest request for exactly this that can still be approved or used, so that nobody asks twice; undefined
   * when there is none. One made a moment ago may be missing from an eventually consistent store.
   */
  async find(context: SecurityContext, asked: JsonValue): Promise<ApprovalRequest | undefined> {
    const { items } = await this.#table.query({
      index: "asked-index",
      partition: canonicalHash(asked),
      order: "newest_first",
    });
    const requests = items.map((item) => shown(requestItemSchema.parse(item), this.#moment()));
    return requests.find(
      ({ requester_id, state }) =>
        requester_id === context.principal.id && (state === "PENDING" || state === "APPROVED"),
    );
  }

  /** What the caller asked for, newest first. */
  async asked({ principal }: SecurityContext, options: PageOptions = {}): Promise<ApprovalPage> {
    const { items, ...rest } = await requestsAskedBy(this.#table, principal.id, options);
    return { ...rest, items: items.map((item) => shown(item, this.#moment())) };
  }

  /**
   * What waits for the caller's decision: as primary custodian, newest first, then as secondary. A page may be short where
   * requests have expired.
   */
  async waiting({ principal }: SecurityContext, options: PageOptions = {}): Promise<ApprovalPage> {
    const { items, ...rest } = await requestsWaitingFor(this.#table, principal.id, options);
    const requests = items.map((item) => shown(item, this.#moment()));
    return { ...rest, items: requests.filter(({ state }) => state === "PENDING") };
  }

  /** The request as it is now, for who made it and its custodians. @throws ArtGuardError `approvals.not-found` for all others. */
  async status(context: SecurityContext, approvalId: string): Promise<ApprovalRequest> {
    const request = await this.#find(approvalId);
    const { requester_id, primary, secondary } = request;
    if (![requester_id, primary.person_id, secondary.person_id].includes(context.principal.id)) throw notFound();
    return shown(request, this.#moment());
  }

  /**
   * A nonce for the custodian who calls, good for one decision; an earlier one is not good any more.
   *
   * @throws ArtGuardError `approvals.not-found`, `approvals.self-approval`, `approvals.expired`,
   * `approvals.already-decided`, `approvals.illegal-transition`
   */
  async challenge(context: SecurityContext, approvalId: string): Promise<Challenge> {
    const nonce = randomBytes(16).toString("hex");
    const { challengeMs = 15 * minuteMs } = this.#options;
    return this.#changing(approvalId, async (request) => {
      const place = await this.#guarded(context, "approval.challenged", request, () => this.#placeOf(context, request));
      assertUndecided(request, place, this.#moment());
      const expires_at = epochMillisecondsSchema.parse(this.#moment() + challengeMs);
      const { request_hash } = request;
      const { custodian_id } = request[place];
      await this.#write(request, { set: { [`${place}_challenge`]: { nonce, expires_at } } });
      return { approval_id: approvalId, request_hash, custodian_id, nonce, expires_at };
    });
  }

  /**
   * Takes a custodian's signed decision. The second approval approves the request, one rejection ends it.
   *
   * @throws ArtGuardError `approvals.not-found` also for whoever is not one of its custodians,
   * `approvals.self-approval`, `approvals.expired`, `approvals.already-decided`, `approvals.nonce-refused`, `approvals.invalid-signature`,
   * `approvals.invalid-input`, `approvals.illegal-transition`
   */
  async decide(context: SecurityContext, signed: SignedDecision): Promise<ApprovalRequest> {
    const { decision, nonce, decidedAt: decided_at, signature } = signed;
    return this.#changing(signed.approvalId, async (request) => {
      const place = await this.#guarded(context, "approval.decided", request, async () => {
        const found = await this.#placeOf(context, request);
        assertUndecided(request, found, this.#moment());
        assertAnswers(request, found, signed, this.#moment());
        return found;
      });
      const state = stateAfter(request, place, decision);
      if (state !== "PENDING") assertApprovalTransition(request.state, state);
      const given = { decision, nonce, decided_at: epochMillisecondsSchema.parse(decided_at), signature };
      const next: RequestItem = { ...request, state, [`${place}_decision`]: given };
      const about = state === "APPROVED" ? "approved" : "rejected";
      await this.#write(
        request,
        {
          set: { state, [`${place}_decision`]: given },
          remove: [`${place}_challenge`, ...(state === "REJECTED" ? ended : ([`awaits_${place}`] as const))],
        },
        state === "PENDING" ? [] : [this.#notice(request, request.requester_id, about)],
      );
      await this.#log(context, "approval.decided", next, { place, decision, state });
      return shown(next, this.#moment());
    });
  }

  /** Takes a request back. Whoever did not make it learns no more than that there is none. @throws ArtGuardError `approvals.not-found`, `approvals.illegal-transition` */
  async withdraw(context: SecurityContext, approvalId: string): Promise<ApprovalRequest> {
    return this.#changing(approvalId, async (request) => {
      if (request.requester_id !== context.principal.id) throw notFound();
      const notices = [request.primary, request.secondary].map((to) =>
        this.#notice(request, to.person_id, "withdrawn"),
      );
      return this.#end(context, request, "WITHDRAWN", notices);
    });
  }

  /**
   * Uses an approval up, for exactly what was approved, after the caller's rights were decided anew: of several callers only
   * one gets it.
   *
   * @throws ArtGuardError `approvals.not-found`, `approvals.other-request`, `approvals.expired`, `approvals.incomplete`,
   * `approvals.consumed`, `approvals.invalid-signature` when a custodian's key was replaced since; what `authorize` throws.
   */
  async consume(context: SecurityContext, use: ApprovalUse): Promise<ApprovalRequest> {
    return this.#changing(use.approvalId, async (request) => {
      await this.#guarded(context, "approval.consumed", request, async () => {
        await this.#assertApproved(request, use);
        await this.#options.authorize(context, shown(request, this.#moment()), use.asked);
      });
      return this.#end(context, request, "CONSUMED", []);
    });
  }

  /**
   * Makes sure that exactly this was approved and can still be done, without using the approval up.
   *
   * @throws ArtGuardError as {@link Approvals.consume}, but for what `authorize` throws.
   */
  async assertApproved(use: ApprovalUse): Promise<void> {
    await this.#assertApproved(await this.#find(use.approvalId), use);
  }

  /** Reminds custodians who have not decided. @returns How many requests they were reminded of. */
  async remind(context: SecurityContext): Promise<number> {
    const { remindAfterMs = 24 * hourMs } = this.#options;
    let count = 0;
    for await (const request of this.#open()) {
      const { state, created_at, reminded_at = created_at, expires_at } = request;
      const now = this.#moment();
      if (state !== "PENDING" || expires_at <= now || reminded_at + remindAfterMs > now) continue;
      const waiting = custodianPlaces.filter((place) => request[`${place}_decision`] === undefined);
      const notices = waiting.map((place) => this.#notice(request, request[place].person_id, "reminder"));
      const written = await this.#attempt(() => this.#write(request, { set: { reminded_at: now } }, notices));
      if (!written) continue;
      await this.#log(context, "approval.reminded", request, { places: waiting });
      count += 1;
    }
    return count;
  }

  /** Ends requests whose time is over. They count as expired before, too: this tells people and tidies up. @returns How many. */
  async expire(context: SecurityContext): Promise<number> {
    let count = 0;
    for await (const request of this.#open(this.#moment())) {
      const notices = [this.#notice(request, request.requester_id, "expired")];
      if (await this.#attempt(() => this.#end(context, request, "EXPIRED", notices))) count += 1;
    }
    return count;
  }

  /** Hands notices that are due to a sink. One that fails is tried again later. */
  async deliverOutbox(
    sink: NoticeSink,
    options: Omit<DeliverOptions, "now"> = {},
  ): Promise<{ delivered: number; failed: number }> {
    return deliverOutbox(this.#table, sink, { ...options, now: () => this.#moment() });
  }

  async #assertApproved(request: RequestItem, use: ApprovalUse): Promise<void> {
    assertSame(request, use);
    assertUsable(request, this.#moment());
    await assertSigned(request, (id) => this.custodians.custodian(id));
  }

  async #find(approvalId: string): Promise<RequestItem> {
    const item = await this.#table.get({ id: approvalItemId.request(approvalId) }, { consistent: true });
    if (item) return requestItemSchema.parse(item);
    throw notFound();
  }

  /** Decides a change on the last state, again when another change came first. */
  async #changing<Result>(approvalId: string, change: (request: RequestItem) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await change(await this.#find(approvalId));
      } catch (error) {
        if (!isArtGuardError(error, "storage.transaction-cancelled") || attempt === mostAttempts) throw error;
      }
    }
  }

  /** False when another change came first. */
  async #attempt(change: () => Promise<unknown>): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (error) {
      if (isArtGuardError(error, "storage.transaction-cancelled")) return false;
      throw error;
    }
  }

  async #end(
    context: SecurityContext,
    request: RequestItem,
    state: "WITHDRAWN" | "EXPIRED" | "CONSUMED",
    notices: NoticeItem[],
  ): Promise<ApprovalRequest> {
    assertApprovalTransition(request.state, state);
    await this.#write(request, { set: { state }, remove: ended }, notices);
    await this.#log(context, `approval.${state.toLowerCase()}`, request, { request_hash: request.request_hash });
    return shown({ ...request, state }, this.#moment());
  }

  async #write(request: RequestItem, change: Change<ApprovalItem>, notices: NoticeItem[] = []): Promise<void> {
    const { definition } = this.#table;
    const unchanged = { attribute: "revision", equals: request.revision } as const;
    await this.#options.tables.transact([
      updateAction(definition, { id: request.id }, { ...change, add: { revision: 1 } }, unchanged),
      ...notices.map((notice) => putAction(definition, notice, { item: "absent" })),
    ]);
  }

  /** Requests with which something can still happen. @param until Only those that expire until then. */
  async *#open(until?: number): AsyncGenerator<RequestItem> {
    let cursor: string | undefined;
    do {
      const page = await this.#table.query({
        index: "open-index",
        partition: "yes",
        ...(until !== undefined && { sort: { atMost: until } }),
        ...(cursor !== undefined && { cursor }),
      });
      for (const item of page.items) yield requestItemSchema.parse(item);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  async #placeOf(context: SecurityContext, request: RequestItem): Promise<CustodianPlace> {
    const { id } = context.principal;
    if (id === request.requester_id) throw selfApproval();
    const place = custodianPlaces.find((each) => request[each].person_id === id);
    if (place === undefined) throw notFound();
    await this.#assertNoPart(id, request.requester_id);
    return place;
  }

  /** In both directions: who acts for a custodian may ask what the custodian wants. */
  async #assertNoPart(personId: string, requesterId: string): Promise<void> {
    const { delegatesOf } = this.#options;
    const isOne =
      personId === requesterId ||
      (await delegatesOf(requesterId)).includes(personId) ||
      (await delegatesOf(personId)).includes(requesterId);
    if (isOne) throw selfApproval();
  }

  #itemOf(
    context: SecurityContext,
    { entityId: entity_id, operation, asked, reason }: ApprovalInput,
    approval_id: string,
    custodians: { primary: Custodian; secondary: Custodian },
  ): RequestItem {
    const created_at = this.#moment();
    const { windowMs = 72 * hourMs } = this.#options;
    const parsed = requestItemSchema.safeParse({
      id: approvalItemId.request(approval_id),
      kind: "request",
      ...{ approval_id, operation, entity_id, created_at },
      request_hash: canonicalHash(asked),
      requester_id: context.principal.id,
      ...(reason !== undefined && { reason }),
      state: "PENDING",
      ...custodians,
      open: "yes",
      awaits_primary: custodians.primary.person_id,
      awaits_secondary: custodians.secondary.person_id,
      expires_at: created_at + windowMs,
      revision: 1,
    });
    if (parsed.success) return parsed.data;
    throw new ArtGuardError("approvals.invalid-input", parsed.error.issues[0]!.message);
  }

  #notice({ approval_id }: RequestItem, recipient_id: string, about: NoticeItem["about"]): NoticeItem {
    const notice_id = randomBytes(16).toString("hex");
    const created_at = this.#moment();
    return {
      id: approvalItemId.notice(notice_id),
      kind: "notice",
      ...{ notice_id, approval_id, recipient_id, about, created_at },
      outbox: "yes",
      attempts: 0,
      due_at: created_at,
    };
  }

  /** Writes refused steps into the audit log. */
  async #guarded<Result>(
    context: SecurityContext,
    type: string,
    { approval_id, operation }: RequestItem,
    check: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await check();
    } catch (error) {
      await this.#refused(context, type, { approval_id, operation }, error);
      throw error;
    }
  }

  #refused(
    context: SecurityContext,
    type: string,
    request: { approval_id: string; operation: string },
    error: unknown,
  ): Promise<void> {
    const code = isArtGuardError(error) ? error.code : "unknown";
    return this.#log(context, type, request, { code }, { outcome: "refused", severity: "warning" });
  }

  #log(
    context: SecurityContext,
    type: string,
    { approval_id: id, operation }: { approval_id: string; operation: string },
    details: AuditDetails,
    outcome: Pick<AuditEvent, "outcome" | "severity"> = { outcome: "success" },
  ): Promise<void> {
    const event = { type, operation, resource: { kind: "approval", id }, details, ...outcome };
    return this.#options.audit.logCustodianApproval(context, event);
  }

  #moment(): EpochMilliseconds {
    return epochMillisecondsSchema.parse((this.#options.now ?? Date.now)());
  }
}

/**
 * Opens the requests for approval in a store of tables.
 *
 * @example
 * const approvals = await openApprovals({ tables, audit, ...approvalRules });
 */
export async function openApprovals(options: ApprovalsOptions): Promise<Approvals> {
  return new Approvals(await options.tables.open(defineApprovalTable(options.tableName)), options);
}

function notFound(): ArtGuardError {
  return new ArtGuardError("approvals.not-found", "there is no such request");
}

/** Custodians approve for their own entity: asked for another one, they approved something else. */
function assertSame(request: RequestItem, { asked, entityId, operation }: ApprovalUse): void {
  const isSame =
    canonicalHash(asked) === request.request_hash &&
    (entityId ?? request.entity_id) === request.entity_id &&
    (operation ?? request.operation) === request.operation;
  if (!isSame) throw new ArtGuardError("approvals.other-request", "this is not what was approved");
}

function selfApproval(): ArtGuardError {
  return new ArtGuardError(
    "approvals.self-approval",
    "whoever asks, acts for whoever asks, or lets them act, cannot approve",
  );
}
