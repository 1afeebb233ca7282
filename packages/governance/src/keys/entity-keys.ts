import { isDeepStrictEqual } from "node:util";
import { ArtGuardError, epochMillisecondsSchema, isArtGuardError, putAction, type TableStore } from "@artguard/core";
import type { AuditDetails, AuditEvent, AuditLog } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import { type CustodianPair, holdCeremony, type RecoveryPlan, type RecoverySet } from "./ceremony.ts";
import { type DataKeys, TableDataKeys } from "./data-keys.ts";
import {
  approvalRequired,
  EntityKeyUnwrapper,
  EntityKeyWrapper,
  type KeyAlgorithm,
  type PublicKey,
} from "./entity-key-pair.ts";
import { type AskedOpening, askedOf, type KeyOpening, KeyOpenings, type OpeningInput } from "./key-openings.ts";
import type { KeyProvider } from "./key-provider.ts";
import { KeyRecords, publicKeyIn, shredded } from "./key-records.ts";
import {
  abandonRotation,
  changeEntity,
  completeRotation,
  freshPair,
  pairItem,
  type RotationPlan,
  type StagedRotation,
  stageRotation,
  wrapToPair,
  wrapToProvider,
} from "./key-rotation.ts";
import {
  type EntityItem,
  entityItemSchema,
  entityPartition,
  itemId,
  type OpeningItem,
  type PairItem,
} from "./key-table.ts";
import { openManaged, pairKeys, providerKeys, sealManaged } from "./owner-keys.ts";
import { wiping } from "./secret-bytes.ts";

const hourMs = 3_600_000;
const rotateAfterMs = 90 * 24 * hourMs;

/** An approval of an opening, and all that it must be of. */
export interface OpeningApproval {
  readonly approvalId: string;
  readonly entityId: string;
  readonly operation: string;
  readonly asked: AskedOpening;
}

/** Who tells whether an opening was approved, and uses the approval up. */
export interface KeyApprovals {
  /** @throws An error unless exactly this was approved, by the custodians of this entity, in time, and not used yet. */
  assertApproved(approval: OpeningApproval): Promise<unknown>;
  /** As `assertApproved`; of several callers only one gets through. @throws as `assertApproved` */
  consume(context: SecurityContext, approval: OpeningApproval): Promise<unknown>;
}

/** Options of {@link openEntityKeys}. */
export interface EntityKeysOptions {
  readonly tables: TableStore;
  /** Default `artguard-keys-dev`. */
  readonly tableName?: string;
  /** The platform's own keys: wraps its shares, managed private keys and the data keys of protection `envelope`. */
  readonly provider: KeyProvider;
  readonly approvals: KeyApprovals;
  readonly audit: AuditLog;
  /** How long an opening waits for shares; default 72 h. */
  readonly openingLifetimeMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** How an entity gets its keys. */
export type NewEntityKeys = {
  readonly entityId: string;
  /** Default `x25519`. RSA-4096 takes seconds to make. */
  readonly algorithm?: KeyAlgorithm;
} & (
  | { readonly protection: "managed" }
  | { readonly protection: "tripartite"; readonly custodians: CustodianPair; readonly recovery?: RecoveryPlan }
);

/** The public side of an entity's keys. */
export interface EntityKeyInfo {
  readonly pair: PublicKey;
  readonly recoverySet?: RecoverySet;
}

/** The private key of an entity while one operation may use it. Everything in it ends with the operation. */
export interface OpenedKey {
  readonly entityId: string;
  readonly pair: PublicKey;
  /** DER of PKCS #8; overwritten with zeros when the operation ends. Copy nothing from it. */
  readonly privateKey: Uint8Array;
  /** Opens the entity's data keys; for `encryptedObjects`. */
  readonly dataKeys: DataKeys;
  /** Unwraps what was wrapped to the pair. */
  readonly provider: KeyProvider;
}

/**
 * The keys of entities: made, used to write by anybody, opened only in approved operations, renewed and destroyed. Every
 * step is in the audit log.
 *
 * @example
 * await keys.create(context, { entityId: "museum-1", protection: "managed" });
 * const publicKey = await keys.publicKeyOf("museum-1");
 */
export class EntityKeys {
  /** Data keys of owners without a pair, wrapped by the platform's provider: protection `envelope`. */
  readonly platformDataKeys: DataKeys;
  /** Data keys wrapped to their owner's pair: protections `managed` and `tripartite`. Reads managed ones only. */
  readonly dataKeys: DataKeys;
  readonly #records: KeyRecords;
  readonly #openings: KeyOpenings;
  readonly #options: EntityKeysOptions;

  /** See {@link openEntityKeys}. */
  constructor(records: KeyRecords, options: EntityKeysOptions) {
    const { provider, openingLifetimeMs = 72 * hourMs } = options;
    this.#records = records;
    this.#options = options;
    this.#openings = new KeyOpenings(records, provider, openingLifetimeMs);
    const now = () => records.now();
    this.platformDataKeys = new TableDataKeys(records.store, records.table, providerKeys(records, provider), now);
    this.dataKeys = new TableDataKeys(records.store, records.table, pairKeys(records, provider), now);
  }

  /**
   * Makes the key pair of an entity.
   *
   * @throws ArtGuardError `keys.exists` when it has one, `keys.shredded` when it had one.
   */
  async create(context: SecurityContext, input: NewEntityKeys): Promise<EntityKeyInfo> {
    const { entityId, protection, algorithm = "x25519" } = input;
    await this.#assertNew(entityId);
    const { pair, privateKey } = await freshPair({ algorithm });
    const { items, ceremony_id, recoverySet } = await wiping([privateKey], () =>
      this.#protect(input, pair, privateKey),
    );
    const entity: EntityItem = {
      entity: entityPartition(entityId),
      id: itemId.entity,
      kind: "entity",
      state: "active",
      entity_id: entityId,
      protection,
      pair_id: pair.pair_id,
      ...(ceremony_id !== undefined && { ceremony_id }),
      rotation: "due",
      rotate_after: this.#rotateAfter(),
      changed_at: this.#records.now(),
    };
    const { definition } = this.#records.table;
    try {
      await this.#records.store.transact(
        [entity, ...items].map((item) => putAction(definition, item, { item: "absent" })),
      );
    } catch (cause) {
      if (!isArtGuardError(cause, "storage.transaction-cancelled")) throw cause;
      throw exists(entityId, cause);
    }
    const held = input.protection === "tripartite" ? holdersIn(input) : {};
    await this.#log(context, "key.created", entityId, { protection, algorithm, pair_id: pair.pair_id, ...held });
    return { pair, ...(recoverySet && { recoverySet }) };
  }

  /** @throws ArtGuardError `keys.not-found`, `keys.shredded` */
  async publicKeyOf(entityId: string): Promise<PublicKey> {
    return publicKeyIn(await this.#currentPair(entityId));
  }

  /**
   * Prepares the opening of a split key: what custodians are to approve, and what each needs to hand over the share.
   *
   * @throws ArtGuardError `keys.not-found`, `keys.shredded`, `keys.invalid-input`
   */
  async requestOpening(context: SecurityContext, input: OpeningInput): Promise<KeyOpening> {
    const opening = await this.#openings.create(input);
    const { operation, purpose } = input;
    await this.#log(context, "key.opening-requested", input.entityId, {
      operation,
      purpose,
      opening_id: opening.opening_id,
    });
    return opening;
  }

  /** An opening that waits for shares, as `requestOpening` gave it. @throws ArtGuardError `keys.not-found` */
  async opening({
    entityId,
    openingId,
  }: {
    readonly entityId: string;
    readonly openingId: string;
  }): Promise<KeyOpening> {
    return this.#openings.read(entityId, openingId);
  }

  /**
   * Takes a holder's share for an opening, from `resealShare`: for one that is to use the key, only once it is approved. A
   * refused share is in the audit log as a warning.
   *
   * @throws ArtGuardError `keys.not-found`, `keys.unwrap-failed`, `keys.share-refused`, `keys.approval-required` without
   * `approvalId` where one is needed, and what the approvals throw.
   */
  async submitShare(
    context: SecurityContext,
    share: {
      readonly entityId: string;
      readonly openingId: string;
      readonly holder: string;
      readonly sealed: string;
      /** For openings of purpose `use`. */
      readonly approvalId?: string;
    },
  ): Promise<void> {
    const { entityId, openingId: opening_id, holder, sealed } = share;
    try {
      await this.#assertAwaited(share);
      await this.#openings.submit(entityId, opening_id, holder, sealed);
    } catch (error) {
      const code = isArtGuardError(error) ? error.code : "unknown";
      await this.#log(context, "key.share-refused", entityId, { opening_id, holder, code }, "refused");
      throw error;
    }
    await this.#log(context, "key.share-submitted", entityId, { opening_id, holder });
  }

  /**
   * Opens the private key for one approved operation and overwrites it when the operation has ended, however it ends.
   *
   * @param use Gets the key; whatever it keeps of it stops working afterwards.
   * @throws ArtGuardError `keys.not-found`, `keys.other-request` when the opening was requested for another `subject`,
   * `keys.opening-incomplete`, `keys.share-refused`, and what the approvals throw.
   */
  async withKey<Result>(
    context: SecurityContext,
    {
      entityId,
      openingId,
      approvalId,
      subject,
    }: {
      readonly entityId: string;
      readonly openingId: string;
      readonly approvalId: string;
      /** What is about to be done, to be compared with what was requested; default it is not. */
      readonly subject?: OpeningInput["subject"];
    },
    use: (key: OpenedKey) => Promise<Result>,
  ): Promise<Result> {
    const opening = await this.#opening(entityId, openingId, "use");
    if (subject && !isDeepStrictEqual(subject, opening.subject)) {
      throw new ArtGuardError("keys.other-request", "the opening was requested for something else");
    }
    await this.#options.approvals.consume(context, approvalOf(entityId, opening, approvalId));
    return this.#using(context, entityId, opening, use, { approval_id: approvalId });
  }

  /**
   * Opens the private key by the offline recovery set, after a custodian's share was lost: whoever brings enough of its
   * shares needs nobody's approval, and the audit log says so as a critical event. Use it to stage new shares.
   */
  async withRecoveredKey<Result>(
    context: SecurityContext,
    { entityId, openingId }: { readonly entityId: string; readonly openingId: string },
    use: (key: OpenedKey) => Promise<Result>,
  ): Promise<Result> {
    return this.#using(context, entityId, await this.#opening(entityId, openingId, "recover"), use, {}, "critical");
  }

  /**
   * Makes new shares, and with `pair: "new"` a new pair to which all data keys are wrapped, beside the old ones. They count
   * once {@link EntityKeys.proveShares} has seen them work.
   *
   * @throws ArtGuardError `keys.rotation-pending`
   */
  async stageRotation(context: SecurityContext, key: OpenedKey, plan: RotationPlan): Promise<StagedRotation> {
    const { entityId, pair, privateKey, provider: reader } = key;
    const source = { entityId, pair, privateKey, reader };
    const staged = await stageRotation(this.#records, this.#options.provider, source, plan);
    const { ceremony_id, pair_id } = staged;
    await this.#log(context, "key.rotation-staged", entityId, {
      ...{ ceremony_id, pair_id, pair: plan.pair },
      ...holdersIn(plan),
    });
    return staged;
  }

  /**
   * Proves by an opening of purpose `verify` that the custodians can open what was sealed to them. Shares of a staged
   * rotation take the place of the old ones, which are destroyed; of those that count already nothing changes.
   *
   * @throws ArtGuardError `keys.opening-incomplete`, `keys.share-refused`, `keys.rotation-incomplete`
   */
  async proveShares(
    context: SecurityContext,
    { entityId, openingId }: { readonly entityId: string; readonly openingId: string },
  ): Promise<void> {
    const opening = await this.#opening(entityId, openingId, "verify");
    const { ceremony_id, pair_id } = opening;
    await this.#using(context, entityId, opening, async () => undefined);
    const { next_ceremony_id } = await this.#records.entity(entityId);
    if (next_ceremony_id !== ceremony_id) return;
    await completeRotation(this.#records, entityId, ceremony_id, rotateAfterMs);
    await this.#log(context, "key.rotated", entityId, { ceremony_id, pair_id });
  }

  /** Gives a staged rotation up; the old shares stay valid. */
  async abandonRotation(context: SecurityContext, entityId: string): Promise<void> {
    await abandonRotation(this.#records, entityId);
    await this.#log(context, "key.rotation-abandoned", entityId, {});
  }

  /** Gives a managed entity a new pair and wraps its data keys to it. @throws ArtGuardError `keys.approval-required` for another protection. */
  async rotateManaged(context: SecurityContext, entityId: string): Promise<PublicKey> {
    const item = await this.#currentPair(entityId);
    const oldKey = await openManaged(entityId, item, this.#options.provider);
    const { pair, privateKey } = await freshPair(item);
    const reader = new EntityKeyUnwrapper(publicKeyIn(item), oldKey);
    await wiping([oldKey, privateKey], async () => {
      const sealed = await sealManaged(entityId, pair, privateKey, this.#options.provider);
      const next = { next_pair_id: pair.pair_id, next_ceremony_id: pair.pair_id };
      const added = { ...pairItem(entityId, pair, this.#records), ...sealed };
      await changeEntity(this.#records, entityId, item.pair_id, { is: "absent" }, [{ set: next }, [added]]);
      const pairs = { pair_id: item.pair_id, next_pair_id: pair.pair_id };
      await wrapToPair(this.#records, entityId, pairs, reader, new EntityKeyWrapper(pair));
      await completeRotation(this.#records, entityId, pair.pair_id, rotateAfterMs);
    });
    await this.#log(context, "key.rotated", entityId, { pair_id: pair.pair_id });
    return pair;
  }

  /** Wraps the `envelope` data keys of an owner by the provider's current key. @returns How many. */
  async rewrapPlatformKeys(context: SecurityContext, owner: string): Promise<number> {
    const count = await wrapToProvider(this.#records, owner, this.#options.provider);
    await this.#log(context, "key.rewrapped", owner, { count });
    return count;
  }

  /** Entities whose keys are 90 days old or older, the oldest first; at most `limit`, default 100. */
  async dueForRotation(limit = 100): Promise<string[]> {
    const { items } = await this.#records.table.query({
      index: "rotation-index",
      partition: "due",
      sort: { atMost: this.#records.now() },
      limit,
    });
    return items.flatMap((item) => entityItemSchema.parse(item).entity_id ?? []);
  }

  /**
   * Destroys every key of an entity: whatever was encrypted for it, wherever copies of it lie, is unreadable from then on.
   * The entity gets no keys again. May be called again.
   *
   * @returns How many items were destroyed.
   */
  async shred(context: SecurityContext, entityId: string): Promise<number> {
    const { table, store } = this.#records;
    const entity = entityPartition(entityId);
    // First: from here on nobody writes a key for the entity.
    await table.put({ entity, id: itemId.entity, kind: "entity", state: "shredded", changed_at: this.#records.now() });
    const keys: { entity: string; id: string }[] = [];
    for await (const { id } of this.#records.items(entityId)) if (id !== itemId.entity) keys.push({ entity, id });
    await table.batchWrite({ delete: keys });
    await store.scrub?.();
    await this.#log(context, "key.shredded", entityId, { destroyed: keys.length });
    return keys.length;
  }

  async #assertAwaited({
    entityId,
    openingId,
    approvalId,
  }: {
    readonly entityId: string;
    readonly openingId: string;
    readonly approvalId?: string;
  }): Promise<void> {
    const opening = await this.#openings.find(entityId, openingId);
    if (opening.purpose !== "use") return;
    if (approvalId === undefined) throw approvalRequired();
    await this.#options.approvals.assertApproved(approvalOf(entityId, opening, approvalId));
  }

  async #opening(entityId: string, openingId: string, purpose: OpeningItem["purpose"]): Promise<OpeningItem> {
    const opening = await this.#openings.find(entityId, openingId);
    if (opening.purpose !== purpose) {
      throw new ArtGuardError("keys.invalid-input", `the opening is to ${opening.purpose}, not to ${purpose}`);
    }
    await this.#openings.assertComplete(entityId, opening);
    return opening;
  }

  /** The key is opened after it is logged, and logged as purged after it is wiped. */
  async #using<Result>(
    context: SecurityContext,
    entityId: string,
    opening: OpeningItem,
    use: (key: OpenedKey) => Promise<Result>,
    about: AuditDetails = {},
    severity: AuditEvent["severity"] = "info",
  ): Promise<Result> {
    const { opening_id, operation, purpose, pair_id } = opening;
    const details = { ...about, opening_id, operation, purpose, pair_id };
    await this.#openings.take(opening);
    await this.#log(context, "key.opened", entityId, details, "success", severity);
    try {
      const privateKey = await this.#openings.open(entityId, opening);
      return await wiping([privateKey], () => this.#lend(entityId, opening, privateKey, use));
    } finally {
      try {
        await this.#log(context, "key.purged", entityId, details);
      } finally {
        await this.#openings.forgetShares(entityId, opening);
      }
    }
  }

  async #lend<Result>(
    entityId: string,
    { pair_id }: OpeningItem,
    privateKey: Uint8Array,
    use: (key: OpenedKey) => Promise<Result>,
  ): Promise<Result> {
    const pair = publicKeyIn(await this.#records.pair(entityId, pair_id));
    const provider = new EntityKeyUnwrapper(pair, privateKey);
    const owners = pairKeys(this.#records, this.#options.provider, { owner: entityId, reader: provider });
    const now = () => this.#records.now();
    const dataKeys = new TableDataKeys(this.#records.store, this.#records.table, owners, now);
    try {
      return await use({ entityId, pair, privateKey, dataKeys, provider });
    } finally {
      provider.close();
    }
  }

  /** What is stored of a new private key, by its protection. */
  async #protect(input: NewEntityKeys, pair: PublicKey, privateKey: Uint8Array) {
    const { provider } = this.#options;
    const item = pairItem(input.entityId, pair, this.#records);
    if (input.protection === "managed") {
      return { items: [{ ...item, ...(await sealManaged(input.entityId, pair, privateKey, provider)) }] };
    }
    const { entityId, custodians, recovery } = input;
    const ceremonyInput = { entityId, pair, privateKey, custodians, ...(recovery && { recovery }) };
    const { ceremony, recoverySet } = await holdCeremony(ceremonyInput, provider, this.#records.now());
    return { items: [item, ceremony], ceremony_id: ceremony.ceremony_id, recoverySet };
  }

  async #assertNew(entityId: string): Promise<void> {
    const item = await this.#records.find(entityId, itemId.entity);
    if (item?.state === "shredded") throw shredded();
    if (item) throw exists(entityId);
  }

  async #currentPair(entityId: string): Promise<PairItem> {
    return this.#records.pair(entityId, (await this.#records.entity(entityId)).pair_id);
  }

  #rotateAfter() {
    return epochMillisecondsSchema.parse(this.#records.now() + rotateAfterMs);
  }

  #log(
    context: SecurityContext,
    type: string,
    entityId: string,
    details: AuditDetails,
    outcome: AuditEvent["outcome"] = "success",
    severity: AuditEvent["severity"] = outcome === "refused" ? "warning" : "info",
  ): Promise<void> {
    // The owner may be a person: the audit log writes a pseudonym for this kind.
    const resource = { kind: "owner", id: entityId };
    return this.#options.audit.logSecurityEvent(context, {
      type,
      operation: type,
      outcome,
      severity,
      resource,
      details,
    });
  }
}

/**
 * Opens the keys of entities in a store of tables.
 *
 * @example
 * const provider = await openLocalKeyring({ file: "artguard.keyring", secret: { key: secret } });
 * const keys = await openEntityKeys({ tables, provider, approvals, audit });
 */
export async function openEntityKeys(options: EntityKeysOptions): Promise<EntityKeys> {
  const { tables, tableName, now = Date.now } = options;
  return new EntityKeys(await KeyRecords.open(tables, tableName, now), options);
}

function approvalOf(entityId: string, opening: OpeningItem, approvalId: string): OpeningApproval {
  return { approvalId, entityId, operation: opening.operation, asked: askedOf(entityId, opening) };
}

/** Who can open a split key from now on: what nobody knows of, nobody can object to. */
function holdersIn({ custodians, recovery }: Pick<RotationPlan, "custodians" | "recovery">): AuditDetails {
  return {
    custodians: custodians.map(({ id }) => id),
    ...(recovery && { recovery: `${recovery.threshold} of ${recovery.holders.length}` }),
  };
}

function exists(entityId: string, cause?: unknown): ArtGuardError {
  return new ArtGuardError("keys.exists", `${entityId} has keys already`, { cause });
}
