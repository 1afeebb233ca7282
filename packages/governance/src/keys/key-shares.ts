import { createHash, timingSafeEqual } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { combine, split } from "shamir-secret-sharing";
import { secretCopy, secretFrom, wipe } from "./secret-bytes.ts";

/** Bytes of a key that is split. */
const splitKeyBytes = 32;
/** The last byte is the point at which the share was taken. */
const shareBytes = splitKeyBytes + 1;

/** One part of a split key. Secret. */
export interface KeyShare {
  /** Who holds it. */
  readonly holder: string;
  /** The split that it belongs to; shares of two never meet. */
  readonly ceremonyId: string;
  readonly bytes: Uint8Array;
}

/** How a key was split: who holds a share, how many are needed, and the hash of each share. */
export interface Quorum {
  readonly ceremony_id: string;
  /** Shares that it takes. */
  readonly threshold: number;
  readonly commitments: readonly { readonly holder: string; readonly sha256: string }[];
}

/**
 * Splits a key among holders by Shamir's scheme over GF(2^8): `threshold` shares give it back, fewer say nothing about it.
 *
 * @param key 32 bytes.
 * @throws ArtGuardError `keys.invalid-input` for a threshold below 2 or above the number of holders, or a holder named twice.
 */
export async function splitKey(
  key: Uint8Array,
  ceremonyId: string,
  holders: readonly string[],
  threshold: number,
): Promise<{ quorum: Quorum; shares: KeyShare[] }> {
  assertSplit(key, holders, threshold);
  const parts = await split(key, holders.length, threshold);
  const shares = holders.map((holder, index) => ({ holder, ceremonyId, bytes: secretFrom(parts[index]!) }));
  const commitments = shares.map((share) => ({ holder: share.holder, sha256: commitmentTo(share).toString("hex") }));
  return { quorum: { ceremony_id: ceremonyId, threshold, commitments }, shares };
}

/**
 * Refuses a share that is not exactly one of the split's: of another length or ceremony, of an unknown holder, taken at
 * the point 0 (which would be the key itself), or altered.
 *
 * @throws ArtGuardError `keys.share-refused`
 */
export function assertShare({ ceremony_id, commitments }: Quorum, share: KeyShare): void {
  if (share.ceremonyId !== ceremony_id) throw refused(share, "it belongs to another ceremony");
  if (share.bytes.length !== shareBytes) throw refused(share, `it has ${share.bytes.length} bytes, not ${shareBytes}`);
  if (share.bytes.at(-1) === 0) throw refused(share, "it was taken at the point 0");
  const commitment = commitments.find(({ holder }) => holder === share.holder);
  if (!commitment) throw refused(share, "nobody gave this holder one");
  if (timingSafeEqual(commitmentTo(share), Buffer.from(commitment.sha256, "hex"))) return;
  throw refused(share, "it is not the one that was given out");
}

/**
 * The key of which these are shares. Whoever calls wipes it.
 *
 * @throws ArtGuardError `keys.share-refused` for a bad share, a holder or point that comes twice, or another number of
 * shares than the threshold.
 */
export async function combineShares(quorum: Quorum, shares: readonly KeyShare[]): Promise<Uint8Array> {
  for (const share of shares) assertShare(quorum, share);
  const distinct = [new Set(shares.map(({ holder }) => holder)), new Set(shares.map(({ bytes }) => bytes.at(-1)))];
  if (shares.length !== quorum.threshold || distinct.some(({ size }) => size !== shares.length)) {
    throw new ArtGuardError(
      "keys.share-refused",
      `${quorum.threshold} shares of different holders are needed, not ${shares.length}`,
    );
  }
  const copies = shares.map(({ bytes }) => secretCopy(bytes));
  try {
    return secretFrom(await combine(copies));
  } finally {
    wipe(...copies);
  }
}

/** A share has as many random bits as the hash: it does not tell the share. */
function commitmentTo({ holder, ceremonyId, bytes }: KeyShare): Buffer {
  const subject = JSON.stringify(["artguard/v1/share", ceremonyId, holder]);
  return createHash("sha256").update(subject).update("\0").update(bytes).digest();
}

function assertSplit(key: Uint8Array, holders: readonly string[], threshold: number): void {
  const fits = Number.isInteger(threshold) && threshold >= 2 && threshold <= holders.length && holders.length <= 255;
  if (key.length === splitKeyBytes && fits && new Set(holders).size === holders.length) return;
  throw new ArtGuardError("keys.invalid-input", `cannot split a key so that ${threshold} of ${holders.length} open it`);
}

function refused({ holder }: KeyShare, reason: string): ArtGuardError {
  return new ArtGuardError("keys.share-refused", `the share of ${holder} is refused: ${reason}`, {
    details: { holder },
  });
}
