import {
  ArtGuardError,
  type EpochMilliseconds,
  epochMillisecondsSchema,
  type Table,
  type TableStore,
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

/** The public half of a stored pair. */
export function publicKeyIn({ pair_id, algorithm, public_key }: PairItem): PublicKey {
  return { pair_id, algorithm, publicKey: new Uint8Array(Buffer.from(public_key, "base64")) };
}

export function shredded(): ArtGuardError {
  return new ArtGuardError("keys.shredded", "the keys of this owner were destroyed");
}
