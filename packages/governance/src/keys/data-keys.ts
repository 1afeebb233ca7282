import { randomBytes } from "node:crypto";
import {
  ArtGuardError,
  epochMillisecondsSchema,
  isArtGuardError,
  putAction,
  type Table,
  type TableStore,
  type TransactAction,
} from "@artguard/core";
import type { KeyContext } from "./key-context.ts";
import type { KeyCallOptions, KeyProvider, WrappedKey } from "./key-provider.ts";
import { shredded } from "./key-records.ts";
import { type DataKeyItem, dataKeyItemSchema, entityPartition, itemId, type KeyItem } from "./key-table.ts";
import { randomSecret, wipe } from "./secret-bytes.ts";

/** A fresh key of 32 bytes and the id under which it is found again. Whoever calls wipes it. */
export interface DataKey {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly key: Uint8Array;
}

/** Options of calls that make or destroy the key of one object. */
export interface ObjectKeyOptions extends KeyCallOptions {
  /** Which object, as 64 hexadecimal digits: a key is not forgotten for another one than it was made for. */
  readonly object?: string;
}

/** Keys of stored objects: one each, kept wrapped, gone for good once forgotten. */
export interface DataKeys {
  /** Makes a key and keeps it wrapped. @throws ArtGuardError `keys.shredded` when the owner's keys were destroyed. */
  create(owner: string, options?: ObjectKeyOptions): Promise<DataKey>;
  /**
   * The key again. Whoever calls wipes it.
   *
   * @throws ArtGuardError `keys.shredded` when it was forgotten or destroyed, `keys.approval-required` when only
   * custodians can open it, and what the provider throws.
   */
  open(id: string, owner: string, options?: KeyCallOptions): Promise<Uint8Array>;
  /**
   * Destroys the wrapped key: what it encrypted is unreadable from then on. Does nothing for an unknown one, nor for that of
   * another object.
   */
  forget(id: string, owner: string, options?: ObjectKeyOptions): Promise<void>;
}

/** Who wraps an owner's data keys, and who unwraps them. */
export interface OwnerKeys {
  /** All of them wrap each new key; it is kept only if the check holds when it is written. */
  writers(owner: string): Promise<{ readonly wrappers: readonly KeyProvider[]; readonly check: TransactAction }>;
  reader(owner: string): Promise<KeyProvider>;
}

/** {@link DataKeys} in the table of keys. */
export class TableDataKeys implements DataKeys {
  readonly #store: TableStore;
  readonly #table: Table<KeyItem>;
  readonly #owners: OwnerKeys;
  readonly #now: () => number;

  /** @param now Clock in epoch milliseconds. */
  constructor(store: TableStore, table: Table<KeyItem>, owners: OwnerKeys, now: () => number) {
    this.#store = store;
    this.#table = table;
    this.#owners = owners;
    this.#now = now;
  }

  async create(owner: string, { object, ...options }: ObjectKeyOptions = {}): Promise<DataKey> {
    const { wrappers, check } = await this.#owners.writers(owner);
    const id = randomBytes(16).toString("hex");
    const key = randomSecret();
    try {
      const wraps: WrappedKey[] = [];
      for (const wrapper of wrappers) wraps.push(await wrapper.wrap(key, dataKeyContext(id, owner), options));
      const item = { ...this.#itemOf(id, owner, wraps), ...(object !== undefined && { object }) };
      await this.#store.transact([check, putAction(this.#table.definition, item)], options);
      return { id, key };
    } catch (error) {
      wipe(key);
      if (!isArtGuardError(error, "storage.transaction-cancelled")) throw error;
      await this.#assertNotShredded(owner);
      throw new ArtGuardError("keys.conflict", "the owner's keys changed while a data key was made", { cause: error });
    }
  }

  async open(id: string, owner: string, options: KeyCallOptions = {}): Promise<Uint8Array> {
    try {
      return await this.#open(id, owner, options);
    } catch (error) {
      // The owner's pair may have changed between the two reads.
      if (!isArtGuardError(error, "keys.unknown-key")) throw error;
      return this.#open(id, owner, options);
    }
  }

  async forget(id: string, owner: string, { object, ...options }: ObjectKeyOptions = {}): Promise<void> {
    const key = { entity: entityPartition(owner), id: itemId.dataKey(id) };
    try {
      await this.#table.delete(key, {
        ...options,
        ...(object !== undefined && { condition: { attribute: "object", equals: object } }),
      });
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    }
  }

  async #open(id: string, owner: string, options: KeyCallOptions): Promise<Uint8Array> {
    const key = { entity: entityPartition(owner), id: itemId.dataKey(id) };
    const item = await this.#table.get(key, { consistent: true, ...options });
    if (!item) throw new ArtGuardError("keys.shredded", `the data key ${id} does not exist any more`);
    const reader = await this.#owners.reader(owner);
    return unwrapAny(reader, dataKeyItemSchema.parse(item), dataKeyContext(id, owner), options);
  }

  async #assertNotShredded(owner: string): Promise<void> {
    const key = { entity: entityPartition(owner), id: itemId.entity };
    const entity = await this.#table.get(key, { consistent: true });
    if (entity?.state === "shredded") throw shredded();
  }

  #itemOf(id: string, owner: string, wraps: WrappedKey[]): KeyItem {
    const created_at = epochMillisecondsSchema.parse(this.#now());
    return { entity: entityPartition(owner), id: itemId.dataKey(id), kind: "data_key", wraps, created_at };
  }
}

/** What a wrapped data key is bound to. */
export function dataKeyContext(id: string, owner: string): KeyContext {
  return { data_key: id, owner };
}

/** The key by whichever of its wraps the reader has the key of; the newest first. */
export async function unwrapAny(
  reader: KeyProvider,
  { wraps }: DataKeyItem,
  context: KeyContext,
  options: KeyCallOptions = {},
): Promise<Uint8Array> {
  let unknown: unknown;
  for (const wrapped of wraps.toReversed()) {
    try {
      return await reader.unwrap(wrapped, context, options);
    } catch (error) {
      if (!isArtGuardError(error, "keys.unknown-key")) throw error;
      unknown = error;
    }
  }
  throw unknown;
}
