import { randomBytes } from "node:crypto";
import { ArtGuardError, epochMillisecondsSchema } from "@artguard/core";
import { openBytes, sealBytes } from "./authenticated-cipher.ts";
import { shareInfo } from "./custodian-share.ts";
import { belongsTo, type PublicKey } from "./entity-key-pair.ts";
import { contextBytes, type KeyContext } from "./key-context.ts";
import type { KeyProvider } from "./key-provider.ts";
import { combineShares, type KeyShare, type Quorum, splitKey } from "./key-shares.ts";
import { type CeremonyItem, entityPartition, itemId } from "./key-table.ts";
import { sealTo } from "./sealed-box.ts";
import { randomSecret, wipe, wiping } from "./secret-bytes.ts";

/** Holder of the share that the platform keeps. */
export const platformHolder = "platform";

/** Somebody to whom a share is sealed. The platform never has the private key. */
export interface ShareHolder {
  /** Unique among the holders of one key. */
  readonly id: string;
  /** X25519, DER of the SubjectPublicKeyInfo, from `newSealingKeys`. */
  readonly sealingKey: Uint8Array;
}

/** Primary and secondary custodian. */
export type CustodianPair = readonly [ShareHolder, ShareHolder];

/** A second split of the same key, for the day on which a custodian's share is lost. */
export interface RecoveryPlan {
  /** How many of the holders open the key together; at least 2. */
  readonly threshold: number;
  readonly holders: readonly ShareHolder[];
}

/** The shares of a {@link RecoveryPlan}, sealed to their holders. Kept offline by them: nothing of it is stored here. */
export interface RecoverySet {
  /** Of the second split. */
  readonly ceremony_id: string;
  readonly threshold: number;
  /** `sealed` is base64. */
  readonly shares: readonly { readonly holder: string; readonly sealed: string }[];
}

/** What a ceremony is made of. */
export interface CeremonyInput {
  readonly entityId: string;
  readonly pair: PublicKey;
  /** DER of PKCS #8; borrowed. */
  readonly privateKey: Uint8Array;
  readonly custodians: CustodianPair;
  readonly recovery?: RecoveryPlan;
}

/**
 * Encrypts a private key by a random key and splits that among the platform and both custodians, all three needed. The
 * shares are proven to open it before anything is returned.
 *
 * @param provider Wraps the platform's share.
 * @throws ArtGuardError `keys.invalid-input` when two holders have one id, or a custodian that of the platform.
 */
export async function holdCeremony(
  input: CeremonyInput,
  provider: KeyProvider,
  now: number,
): Promise<{ ceremony: CeremonyItem; recoverySet?: RecoverySet }> {
  const { entityId, pair, privateKey, custodians, recovery } = input;
  const ceremony_id = randomBytes(16).toString("hex");
  const key = randomSecret();
  return wiping([key], async () => {
    const sealed = sealBytes(key, privateKey, privateKeyAad(entityId, ceremony_id, pair));
    const holders = [platformHolder, ...custodians.map(({ id }) => id)];
    const { quorum, shares } = await splitKey(key, ceremony_id, holders, holders.length);
    try {
      await assertOpens(quorum, shares, sealed, input);
      const [platform, ...others] = shares;
      const sealedShares = await Promise.all(others.map((share, index) => sealedShare(share, custodians[index])));
      const recoverySet = recovery && (await splitForRecovery(key, ceremony_id, recovery));
      const ceremony: CeremonyItem = {
        entity: entityPartition(entityId),
        id: itemId.ceremony(ceremony_id),
        kind: "ceremony",
        ceremony_id,
        pair_id: pair.pair_id,
        sealed_private_key: Buffer.from(sealed).toString("base64"),
        custody: mutable(quorum),
        platform_share: await provider.wrap(platform!.bytes, platformShareContext(entityId, ceremony_id)),
        custodian_shares: sealedShares.map(({ holder, sealed }) => ({ custodian_id: holder, sealed })),
        ...(recoverySet && { recovery: mutable(recoverySet.quorum) }),
        created_at: epochMillisecondsSchema.parse(now),
      };
      return { ceremony, ...(recoverySet && { recoverySet: recoverySet.set }) };
    } finally {
      wipe(...shares.map(({ bytes }) => bytes));
    }
  });
}

/**
 * The private key (DER of PKCS #8) that a ceremony's shares open. Whoever calls wipes it.
 *
 * @throws ArtGuardError `keys.share-refused`, `keys.unwrap-failed`
 */
export async function openPrivateKey(
  quorum: Quorum,
  shares: readonly KeyShare[],
  sealedPrivateKey: Uint8Array,
  { entityId, ceremonyId, pair }: { entityId: string; ceremonyId: string; pair: PublicKey },
): Promise<Uint8Array> {
  const key = await combineShares(quorum, shares);
  return wiping([key], () => {
    const privateKey = openBytes(key, sealedPrivateKey, privateKeyAad(entityId, ceremonyId, pair));
    if (belongsTo(privateKey, pair)) return privateKey;
    wipe(privateKey);
    throw new ArtGuardError("keys.unwrap-failed", "the private key is not the one of the stored public key");
  });
}

/** What the platform's share is bound to. */
export function platformShareContext(entityId: string, ceremonyId: string): KeyContext {
  return { ceremony: ceremonyId, holder: platformHolder, owner: entityId };
}

function privateKeyAad(entityId: string, ceremony: string, { pair_id, algorithm }: PublicKey): Uint8Array {
  return contextBytes("private-key", { owner: entityId, ceremony, pair: pair_id, algorithm });
}

async function assertOpens(
  quorum: Quorum,
  shares: readonly KeyShare[],
  sealed: Uint8Array,
  { entityId, pair }: CeremonyInput,
): Promise<void> {
  wipe(await openPrivateKey(quorum, shares, sealed, { entityId, ceremonyId: quorum.ceremony_id, pair }));
}

async function splitForRecovery(key: Uint8Array, ceremonyId: string, { threshold, holders }: RecoveryPlan) {
  const ids = holders.map(({ id }) => id);
  const { quorum, shares } = await splitKey(key, `${ceremonyId}.recovery`, ids, threshold);
  return wiping(
    shares.map(({ bytes }) => bytes),
    async () => {
      const sealed = await Promise.all(shares.map((share, index) => sealedShare(share, holders[index])));
      const set: RecoverySet = { ceremony_id: quorum.ceremony_id, threshold, shares: sealed };
      return { quorum, set };
    },
  );
}

async function sealedShare({ holder, ceremonyId, bytes }: KeyShare, to: ShareHolder | undefined) {
  const sealed = await sealTo(to!.sealingKey, bytes, shareInfo(ceremonyId, holder));
  return { holder, sealed: Buffer.from(sealed).toString("base64") };
}

function mutable({ ceremony_id, threshold, commitments }: Quorum) {
  return { ceremony_id, threshold, commitments: [...commitments] };
}
