import { openBytes, sealBytes } from "./authenticated-cipher.ts";
import type { OwnerKeys } from "./data-keys.ts";
import { approvalRequired, EntityKeyUnwrapper, EntityKeyWrapper, type PublicKey } from "./entity-key-pair.ts";
import { contextBytes, type KeyContext } from "./key-context.ts";
import type { KeyCallOptions, KeyProvider, WrappedKey } from "./key-provider.ts";
import { hasPairs, type KeyRecords, publicKeyIn } from "./key-records.ts";
import type { PairItem } from "./key-table.ts";
import { randomSecret, wiping } from "./secret-bytes.ts";

/** Data keys of any owner wrapped by one provider: protection `envelope`. */
export function providerKeys(records: KeyRecords, provider: KeyProvider): OwnerKeys {
  return {
    writers: async (owner) => ({
      wrappers: [provider],
      check: records.entityCheck(owner, { attribute: "state", notEquals: "shredded" }),
    }),
    reader: async () => provider,
  };
}

/**
 * Data keys wrapped to the owner's key pair: protections `managed` and `tripartite`. While a rotation is under way each
 * new key is wrapped to both pairs, and not written at all if a rotation began or ended meanwhile.
 *
 * @param opened The private key of one owner, in an operation that may use it.
 */
export function pairKeys(
  records: KeyRecords,
  provider: KeyProvider,
  opened?: { readonly owner: string; readonly reader: KeyProvider },
): OwnerKeys {
  return {
    writers: async (owner) => {
      const { pair_id, next_pair_id } = await records.entity(owner);
      const pairIds = new Set([pair_id, ...(next_pair_id !== undefined ? [next_pair_id] : [])]);
      const pairs = await Promise.all([...pairIds].map((id) => records.pair(owner, id)));
      return {
        wrappers: pairs.map((pair) => new EntityKeyWrapper(publicKeyIn(pair))),
        check: records.entityCheck(owner, hasPairs({ pair_id, next_pair_id })),
      };
    },
    reader: async (owner) => {
      if (opened?.owner === owner) return opened.reader;
      const { pair_id } = await records.entity(owner);
      const pair = await records.pair(owner, pair_id);
      return pair.wrapped_key ? new ManagedPair(owner, pair, provider) : new EntityKeyWrapper(publicKeyIn(pair));
    },
  };
}

/** The private key of a managed pair: sealed by a random key that the provider wraps. */
export async function sealManaged(owner: string, pair: PublicKey, privateKey: Uint8Array, provider: KeyProvider) {
  const key = randomSecret();
  return wiping([key], async () => ({
    sealed_private_key: Buffer.from(sealBytes(key, privateKey, managedAad(owner, pair))).toString("base64"),
    wrapped_key: await provider.wrap(key, managedContext(owner, pair)),
  }));
}

/** The private key (DER of PKCS #8) of a managed pair. Whoever calls wipes it. @throws ArtGuardError `keys.approval-required` for a pair that is not managed. */
export async function openManaged(
  owner: string,
  item: PairItem,
  provider: KeyProvider,
  options: KeyCallOptions = {},
): Promise<Uint8Array> {
  const pair = publicKeyIn(item);
  const { sealed_private_key: sealed, wrapped_key: wrapped } = item;
  if (sealed === undefined || wrapped === undefined) throw approvalRequired();
  const key = await provider.unwrap(wrapped, managedContext(owner, pair), options);
  return wiping([key], () => openBytes(key, Buffer.from(sealed, "base64"), managedAad(owner, pair)));
}

/** Opens the private key anew for every key that it unwraps. */
class ManagedPair extends EntityKeyWrapper {
  readonly #owner: string;
  readonly #item: PairItem;
  readonly #provider: KeyProvider;

  constructor(owner: string, item: PairItem, provider: KeyProvider) {
    super(publicKeyIn(item));
    this.#owner = owner;
    this.#item = item;
    this.#provider = provider;
  }

  override async unwrap(wrapped: WrappedKey, context: KeyContext, options?: KeyCallOptions): Promise<Uint8Array> {
    const privateKey = await openManaged(this.#owner, this.#item, this.#provider, options);
    const unwrapper = new EntityKeyUnwrapper(publicKeyIn(this.#item), privateKey);
    return wiping([privateKey], () => unwrapper.unwrap(wrapped, context));
  }
}

function managedAad(owner: string, { pair_id, algorithm }: PublicKey): Uint8Array {
  return contextBytes("managed-private-key", { owner, pair: pair_id, algorithm });
}

function managedContext(owner: string, { pair_id }: PublicKey): KeyContext {
  return { owner, pair: pair_id, use: "managed-private-key" };
}
