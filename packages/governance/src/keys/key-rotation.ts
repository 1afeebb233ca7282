import { randomBytes } from "node:crypto";
import {
  ArtGuardError,
  type Condition,
  cancellationReasons,
  epochMillisecondsSchema,
  isArtGuardError,
  putAction,
  type TransactAction,
  updateAction,
} from "@artguard/core";
import { type CustodianPair, holdCeremony, type RecoveryPlan, type RecoverySet } from "./ceremony.ts";
import { dataKeyContext, unwrapAny } from "./data-keys.ts";
import { EntityKeyWrapper, type KeyAlgorithm, keyAlgorithms, newKeyPair, type PublicKey } from "./entity-key-pair.ts";
import type { KeyProvider, WrappedKey } from "./key-provider.ts";
import { type EntityPairs, hasPairs, type KeyRecords } from "./key-records.ts";
import {
  type DataKeyItem,
  dataKeyItemSchema,
  entityPartition,
  itemId,
  type KeyItem,
  type PairItem,
} from "./key-table.ts";
import { wiping } from "./secret-bytes.ts";

/** An open private key and who it belongs to. */
export interface RotationSource {
  readonly entityId: string;
  readonly pair: PublicKey;
  /** DER of PKCS #8; borrowed. */
  readonly privateKey: Uint8Array;
  readonly reader: KeyProvider;
}

/** How the keys of an entity change. */
export interface RotationPlan {
  /** `new`: a new key pair, and every data key is wrapped to it. `same`: only the shares are new; the pair stays. */
  readonly pair: "new" | "same";
  readonly custodians: CustodianPair;
  readonly recovery?: RecoveryPlan;
}

/** A rotation that waits for the proof of its shares. */
export interface StagedRotation {
  readonly pair_id: string;
  readonly ceremony_id: string;
  readonly recoverySet?: RecoverySet;
}

/**
 * Makes new shares, and with `pair: "new"` a new pair, beside those that count. Whatever happens before they are proven,
 * the old ones open all that they opened.
 *
 * @throws ArtGuardError `keys.rotation-pending` while another rotation waits.
 */
export async function stageRotation(
  records: KeyRecords,
  provider: KeyProvider,
  source: RotationSource,
  { pair, custodians, recovery }: RotationPlan,
): Promise<StagedRotation> {
  const { entityId } = source;
  const next = pair === "same" ? { pair: source.pair, privateKey: source.privateKey } : await freshPair(source.pair);
  const { ceremony, recoverySet } = await wiping(pair === "same" ? [] : [next.privateKey], () =>
    holdCeremony({ entityId, ...next, custodians, ...(recovery && { recovery }) }, provider, records.now()),
  );
  const { pair_id } = next.pair;
  const { ceremony_id } = ceremony;
  const pairs = pair === "same" ? [] : [pairItem(entityId, next.pair, records)];
  await changeEntity(records, entityId, source.pair.pair_id, { is: "absent" }, [
    { set: { next_pair_id: pair_id, next_ceremony_id: ceremony_id } },
    [ceremony, ...pairs],
  ]);
  if (pair === "new") {
    const pairs = { pair_id: source.pair.pair_id, next_pair_id: pair_id };
    await wrapToPair(records, entityId, pairs, source.reader, new EntityKeyWrapper(next.pair));
  }
  return { pair_id, ceremony_id, ...(recoverySet && { recoverySet }) };
}

/**
 * Puts a staged rotation, whose shares were proven, in the place of what counted until now, in one step; then removes what
 * is no longer needed.
 *
 * @param ceremonyId The staged ceremony; of a managed pair, which has none, what it was staged under.
 * @throws ArtGuardError `keys.rotation-incomplete` when not every data key is wrapped to the new pair yet.
 */
export async function completeRotation(
  records: KeyRecords,
  entityId: string,
  ceremonyId: string,
  rotateAfterMs: number,
): Promise<void> {
  const { pair_id, next_pair_id = pair_id, protection } = await records.entity(entityId);
  for await (const item of records.items(entityId, itemId.dataKey(""))) {
    const dataKey = dataKeyItemSchema.parse(item);
    if (!isPairWrapped(dataKey) || dataKey.wraps.some(({ key_id }) => key_id === next_pair_id)) continue;
    throw new ArtGuardError("keys.rotation-incomplete", `data keys of ${entityId} are not wrapped to the new pair yet`);
  }
  const rotate_after = epochMillisecondsSchema.parse(records.now() + rotateAfterMs);
  await changeEntity(records, entityId, pair_id, { equals: ceremonyId }, [
    {
      set: {
        pair_id: next_pair_id,
        ...(protection === "tripartite" && { ceremony_id: ceremonyId }),
        rotate_after,
      },
      remove: ["next_pair_id", "next_ceremony_id"],
    },
    [],
  ]);
  await removeUnused(records, entityId);
}

/** Gives a staged rotation up: what counts stays. Does nothing when there is none. */
export async function abandonRotation(records: KeyRecords, entityId: string): Promise<void> {
  const { pair_id, next_ceremony_id } = await records.entity(entityId);
  if (next_ceremony_id !== undefined) {
    const change = { remove: ["next_pair_id", "next_ceremony_id"] } as const;
    await changeEntity(records, entityId, pair_id, { equals: next_ceremony_id }, [change, []]);
  }
  await removeUnused(records, entityId);
}

/**
 * Wraps every data key of an entity to a new pair, too; the data themselves stay as they are.
 *
 * @param pairs Of the entity, as long as the rotation is this one.
 * @throws ArtGuardError `keys.rotation-pending` when somebody gave this rotation up, or ended it, meanwhile.
 */
export async function wrapToPair(
  records: KeyRecords,
  entityId: string,
  pairs: EntityPairs,
  from: KeyProvider,
  to: KeyProvider,
): Promise<void> {
  await rewrap(records, entityId, { from, to, which: isPairWrapped }, async (item, dataKey, wrapped) => {
    const others = dataKey.wraps.filter(({ key_id }) => key_id !== wrapped.key_id);
    await setPairWraps(records, entityId, pairs, item, [...others, wrapped]);
  });
}

/**
 * Wraps the data keys of an owner that a provider protects by its current key; the data themselves stay as they are.
 *
 * @returns How many were wrapped.
 */
export function wrapToProvider(records: KeyRecords, owner: string, provider: KeyProvider): Promise<number> {
  const which = (dataKey: DataKeyItem) => !isPairWrapped(dataKey);
  return rewrap(records, owner, { from: provider, to: provider, which }, async (item, _, wrapped) => {
    await setIfPresent(records, item, { wraps: [wrapped] });
  });
}

async function rewrap(
  records: KeyRecords,
  owner: string,
  { from, to, which }: { from: KeyProvider; to: KeyProvider; which: (dataKey: DataKeyItem) => boolean },
  keep: (item: KeyItem, dataKey: DataKeyItem, wrapped: WrappedKey) => Promise<void>,
): Promise<number> {
  let count = 0;
  for await (const item of records.items(owner, itemId.dataKey(""))) {
    const dataKey = dataKeyItemSchema.parse(item);
    if (!which(dataKey)) continue;
    const context = dataKeyContext(dataKey.id.slice(itemId.dataKey("").length), owner);
    const key = await unwrapAny(from, dataKey, context);
    const wrapped = await wiping([key], () => to.wrap(key, context));
    await keep(item, dataKey, wrapped);
    count += 1;
  }
  return count;
}

/** An owner may have data keys of both kinds. */
function isPairWrapped({ wraps }: DataKeyItem): boolean {
  return wraps.some(({ provider }) => keyAlgorithms.some((algorithm) => algorithm === provider));
}

/** What is stored of a pair whose private key is kept elsewhere. */
export function pairItem(entityId: string, pair: PublicKey, records: KeyRecords): PairItem {
  const { pair_id, algorithm, publicKey } = pair;
  return {
    entity: entityPartition(entityId),
    id: itemId.pair(pair_id),
    kind: "pair",
    pair_id,
    algorithm,
    public_key: Buffer.from(publicKey).toString("base64"),
    created_at: records.now(),
  };
}

/** A new pair with a new id. Whoever calls wipes the private key. */
export async function freshPair({ algorithm }: { algorithm: KeyAlgorithm }) {
  const { publicKey, privateKey } = await newKeyPair(algorithm);
  const pair: PublicKey = { pair_id: randomBytes(16).toString("hex"), algorithm, publicKey };
  return { pair, privateKey };
}

/**
 * Changes the entity, and writes new items with it, if nobody else has begun or ended a rotation.
 *
 * @throws ArtGuardError `keys.rotation-pending`
 */
export async function changeEntity(
  records: KeyRecords,
  entityId: string,
  pairId: string,
  nextCeremony: { readonly is: "absent" } | { readonly equals: string },
  [change, items]: readonly [
    { readonly set?: Partial<KeyItem>; readonly remove?: readonly ("next_pair_id" | "next_ceremony_id")[] },
    readonly KeyItem[],
  ],
): Promise<void> {
  const { definition } = records.table;
  const condition: Condition<KeyItem> = {
    all: [
      { attribute: "state", equals: "active" },
      { attribute: "pair_id", equals: pairId },
      { attribute: "next_ceremony_id", ...nextCeremony },
    ],
  };
  const key = { entity: entityPartition(entityId), id: itemId.entity };
  const set = { ...change.set, changed_at: records.now() };
  const actions: TransactAction[] = [
    updateAction(definition, key, { ...change, set }, condition),
    ...items.map((item) => putAction(definition, item, { item: "absent" })),
  ];
  try {
    await records.store.transact(actions);
  } catch (cause) {
    if (!isArtGuardError(cause, "storage.transaction-cancelled")) throw cause;
    throw rotationPending(entityId, cause);
  }
}

function rotationPending(entityId: string, cause: unknown): ArtGuardError {
  return new ArtGuardError("keys.rotation-pending", `another change of the keys of ${entityId} came first`, { cause });
}

/**
 * Removes pairs, ceremonies and wraps that the entity does not refer to. They are listed before the entity is read: what
 * is listed and not referred to afterwards will never be.
 */
async function removeUnused(records: KeyRecords, entityId: string): Promise<void> {
  const items: KeyItem[] = [];
  for await (const item of records.items(entityId)) items.push(item);
  const { pair_id, next_pair_id, ceremony_id, next_ceremony_id } = await records.entity(entityId);
  const [pairs, ceremonies] = [new Set([pair_id, next_pair_id]), new Set([ceremony_id, next_ceremony_id])];
  for (const item of items) {
    const { entity, id, kind } = item;
    if (kind === "data_key") {
      const { wraps } = dataKeyItemSchema.parse(item);
      const kept = wraps.filter(({ key_id }) => pairs.has(key_id));
      if (kept.length === 0 || kept.length === wraps.length) continue;
      if (!(await removeWraps(records, entityId, { pair_id, next_pair_id }, item, kept))) return;
    }
    const unused =
      (kind === "pair" && !pairs.has(item.pair_id)) || (kind === "ceremony" && !ceremonies.has(item.ceremony_id));
    if (unused) await records.table.delete({ entity, id });
  }
}

/** False when the entity's pairs changed meanwhile: whoever changed them removes what is unused, too. */
async function removeWraps(
  records: KeyRecords,
  entityId: string,
  pairs: EntityPairs,
  item: KeyItem,
  kept: WrappedKey[],
): Promise<boolean> {
  try {
    await setPairWraps(records, entityId, pairs, item, kept);
    return true;
  } catch (error) {
    if (isArtGuardError(error, "keys.rotation-pending")) return false;
    throw error;
  }
}

/**
 * Writes the wraps of a data key if the entity's pairs are still these: whoever slept between reading and writing must not
 * take back what a later rotation has wrapped.
 */
async function setPairWraps(
  records: KeyRecords,
  entityId: string,
  pairs: EntityPairs,
  { entity, id }: KeyItem,
  wraps: WrappedKey[],
): Promise<void> {
  const { definition } = records.table;
  try {
    await records.store.transact([
      records.entityCheck(entityId, hasPairs(pairs)),
      updateAction(definition, { entity, id }, { set: { wraps } }, { item: "present" }),
    ]);
  } catch (cause) {
    const [entityChanged, forgotten] = cancellationReasons(cause);
    if (entityChanged === "storage.condition-failed") throw rotationPending(entityId, cause);
    if (forgotten !== "storage.condition-failed") throw cause;
  }
}

/** A data key may be forgotten at any time. */
async function setIfPresent(records: KeyRecords, { entity, id }: KeyItem, set: Partial<KeyItem>): Promise<void> {
  try {
    await records.table.update({ entity, id }, { set }, { condition: { item: "present" } });
  } catch (error) {
    if (!isArtGuardError(error, "storage.condition-failed")) throw error;
  }
}
