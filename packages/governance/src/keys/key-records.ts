import {
  ArtGuardError,
  type Condition,
  checkAction,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  type Table,
  type TableStore,
  type TransactAction,
} from "@artguard/core";
import type { PublicKey } from "./entity-key-pair.ts";
import {
  type CeremonyItem,
  ceremonyItemSchema,
  defineKeyTable,
  type EntityItem,
  entityItemSchema,
  entityPartition,
  itemId,
  type KeyItem,
  type PairItem,
  pairItemSchema,
} from "./key-table.ts";

/** Reads the table of keys; every read sees the last write. */
export class KeyRecords {
  readonly store: TableStore;
  readonly table: Table<KeyItem>;
  readonly #now: () => number;

  private constructor(store: TableStore, table: Table<KeyItem>, now: () => number) {
    this.store = store;
    this.table = table;
    this.#now = now;
  }

  static async open(store: TableStore, tableName: string | undefined, now: () => number): Promise<KeyRecords> {
    return new KeyRecords(store, await store.open(defineKeyTable(tableName)), now);
  }

  now(): EpochMilliseconds {
    return epochMillisecondsSchema.parse(this.#now());
  }

  async find(entityId: string, id: string): Promise<KeyItem | undefined> {
    return this.table.get({ entity: entityPartition(entityId), id }, { consistent: true });
  }

  /** @throws ArtGuardError `keys.not-found`, `keys.shredded` */
  async entity(entityId: string): Promise<EntityItem & { pair_id: string }> {
    const item = await this.find(entityId, itemId.entity);
    const entity = item && entityItemSchema.parse(item);
    if (entity?.state === "shredded") throw shredded();
    if (entity?.pair_id === undefined) throw new ArtGuardError("keys.not-found", `${entityId} has no keys`);
    return { ...entity, pair_id: entity.pair_id };
  }

  /** @throws ArtGuardError `keys.not-found` */
  async pair(entityId: string, pairId: string): Promise<PairItem> {
    return pairItemSchema.parse(await this.#existing(entityId, itemId.pair(pairId)));
  }

  /** @throws ArtGuardError `keys.not-found` */
  async ceremony(entityId: string, ceremonyId: string): Promise<CeremonyItem> {
    return ceremonyItemSchema.parse(await this.#existing(entityId, itemId.ceremony(ceremonyId)));
  }

  /** For a transaction that is good only while this holds of the entity. */
  entityCheck(entityId: string, condition: Condition<KeyItem>): TransactAction {
    return checkAction(this.table.definition, { entity: entityPartition(entityId), id: itemId.entity }, condition);
  }

  /** Everything of an entity whose id begins so. */
  async *items(entityId: string, beginsWith = ""): AsyncGenerator<KeyItem> {
    let cursor: string | undefined;
    do {
      const page = await this.table.query({
        partition: entityPartition(entityId),
        ...(beginsWith !== "" && { sort: { beginsWith } }),
        ...(cursor !== undefined && { cursor }),
        consistent: true,
        limit: 1000,
      });
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  async #existing(entityId: string, id: string): Promise<KeyItem> {
    const item = await this.find(entityId, id);
    if (item) return item;
    throw new ArtGuardError("keys.not-found", `there is no ${id.split("#")[0]} of this id`);
  }
}

/** The pairs of an entity: the one that counts, and the one of a rotation that is under way. */
export type EntityPairs = { readonly pair_id: string; readonly next_pair_id?: string | undefined };

/** Holds of an entity as long as these are its pairs. */
export function hasPairs({ pair_id, next_pair_id }: EntityPairs): Condition<KeyItem> {
  const next: Condition<KeyItem> =
    next_pair_id === undefined
      ? { attribute: "next_pair_id", is: "absent" }
      : { attribute: "next_pair_id", equals: next_pair_id };
  return { all: [{ attribute: "state", equals: "active" }, { attribute: "pair_id", equals: pair_id }, next] };
}

/** The public half of a stored pair. */
export function publicKeyIn({ pair_id, algorithm, public_key }: PairItem): PublicKey {
  return { pair_id, algorithm, publicKey: new Uint8Array(Buffer.from(public_key, "base64")) };
}

export function shredded(): ArtGuardError {
  return new ArtGuardError("keys.shredded", "the keys of this owner were destroyed");
}
