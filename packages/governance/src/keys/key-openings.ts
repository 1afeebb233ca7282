import { randomBytes } from "node:crypto";
import { ArtGuardError, epochSecondsSchema, isArtGuardError } from "@artguard/core";
import { openPrivateKey, platformHolder, platformShareContext } from "./ceremony.ts";
import { type ShareRequest, submissionInfo } from "./custodian-share.ts";
import type { KeyContext } from "./key-context.ts";
import type { KeyProvider } from "./key-provider.ts";
import { type KeyRecords, publicKeyIn } from "./key-records.ts";
import { assertShare, type KeyShare, type Quorum } from "./key-shares.ts";
import {
  type CeremonyItem,
  entityPartition,
  itemId,
  type OpeningItem,
  openingItemSchema,
  submittedShareItemSchema,
} from "./key-table.ts";
import { newSealingKeys, openSealed } from "./sealed-box.ts";
import { wipe, wiping } from "./secret-bytes.ts";

/** What a key is opened for: an approved operation, the proof that shares work, or after the loss of a custodian's share. */
export type OpeningPurpose = OpeningItem["purpose"];

/** What those who approve are asked: all that identifies one opening, its one-time key included. */
export type AskedOpening = Readonly<Record<string, string>>;

/** An opening that waits for shares. */
export interface KeyOpening {
  readonly opening_id: string;
  /** What is to be approved; a request for approval carries exactly this. */
  readonly asked: AskedOpening;
  /** One for each holder. */
  readonly share_requests: readonly ShareRequest[];
}

/** What an opening is asked for. */
export interface OpeningInput {
  readonly entityId: string;
  /** Name of the operation, e.g. `evidence.release`. */
  readonly operation: string;
  /** What else those who approve are to know, e.g. the analysis and the recipient. */
  readonly subject?: Readonly<Record<string, string>>;
  readonly purpose: OpeningPurpose;
}

/** Openings of split private keys: each by a key pair of its own, whose private half is wrapped by the platform's provider. */
export class KeyOpenings {
  readonly #records: KeyRecords;
  readonly #provider: KeyProvider;
  readonly #lifetimeMs: number;

  /** @param lifetimeMs How long an opening waits for its shares. */
  constructor(records: KeyRecords, provider: KeyProvider, lifetimeMs: number) {
    this.#records = records;
    this.#provider = provider;
    this.#lifetimeMs = lifetimeMs;
  }

  /** @throws ArtGuardError `keys.not-found`, `keys.shredded`, `keys.invalid-input` when nothing of this purpose can be opened. */
  async create({ entityId, operation, subject = {}, purpose }: OpeningInput): Promise<KeyOpening> {
    const ceremony = await this.#ceremonyFor(entityId, purpose);
    const opening_id = randomBytes(16).toString("hex");
    const oneTime = await newSealingKeys();
    const created_at = this.#records.now();
    const opening: OpeningItem = await wiping([oneTime.privateKey], async () => ({
      entity: entityPartition(entityId),
      id: itemId.opening(opening_id),
      kind: "opening",
      ...{ opening_id, purpose, operation, subject, created_at },
      pair_id: ceremony.pair_id,
      ceremony_id: ceremony.ceremony_id,
      one_time_public_key: Buffer.from(oneTime.publicKey).toString("base64"),
      one_time_private_key: await this.#provider.wrap(oneTime.privateKey, oneTimeContext(entityId, opening_id)),
      expires_at: epochSecondsSchema.parse(Math.ceil((created_at + this.#lifetimeMs) / 1000)),
    }));
    await this.#records.table.put(opening, { condition: { item: "absent" } });
    return openingOf(entityId, opening, ceremony);
  }

  /** An opening as {@link KeyOpenings.create} gave it. @throws ArtGuardError `keys.not-found` */
  async read(entityId: string, openingId: string): Promise<KeyOpening> {
    const opening = await this.find(entityId, openingId);
    return openingOf(entityId, opening, await this.#records.ceremony(entityId, opening.ceremony_id));
  }

  /**
   * Keeps a holder's share for the opening, after it was proven to be the right one.
   *
   * @param sealed Base64, from `resealShare`.
   * @throws ArtGuardError `keys.not-found`, `keys.unwrap-failed` when it was sealed for another opening or holder,
   * `keys.share-refused`.
   */
  async submit(entityId: string, openingId: string, holder: string, sealed: string): Promise<void> {
    const opening = await this.find(entityId, openingId);
    const quorum = quorumOf(opening, await this.#records.ceremony(entityId, opening.ceremony_id));
    const share = await this.#unsealed(entityId, opening, quorum, holder, sealed);
    wipe(share.bytes);
    const { entity, expires_at } = opening;
    const id = itemId.share(openingId, holder);
    await this.#records.table.put({ entity, id, kind: "submitted_share", holder, sealed, expires_at });
  }

  /** The private key (DER of PKCS #8). Whoever calls wipes it. @throws ArtGuardError `keys.opening-incomplete`, `keys.share-refused` */
  async open(entityId: string, opening: OpeningItem): Promise<Uint8Array> {
    const ceremony = await this.#records.ceremony(entityId, opening.ceremony_id);
    const quorum = quorumOf(opening, ceremony);
    const shares: KeyShare[] = [];
    try {
      if (opening.purpose !== "recover") shares.push(await this.#platformShare(entityId, ceremony));
      for (const { holder, sealed } of await this.#submitted(entityId, opening)) {
        if (shares.length < quorum.threshold) {
          shares.push(await this.#unsealed(entityId, opening, quorum, holder, sealed));
        }
      }
      const pair = publicKeyIn(await this.#records.pair(entityId, opening.pair_id));
      const sealed = Buffer.from(ceremony.sealed_private_key, "base64");
      return await openPrivateKey(quorum, shares, sealed, { entityId, ceremonyId: ceremony.ceremony_id, pair });
    } finally {
      wipe(...shares.map(({ bytes }) => bytes));
    }
  }

  /** Refuses an opening that lacks shares. @throws ArtGuardError `keys.opening-incomplete` */
  async assertComplete(entityId: string, opening: OpeningItem): Promise<void> {
    const quorum = quorumOf(opening, await this.#records.ceremony(entityId, opening.ceremony_id));
    const given = (await this.#submitted(entityId, opening)).length + (opening.purpose === "recover" ? 0 : 1);
    if (given >= quorum.threshold) return;
    throw new ArtGuardError("keys.opening-incomplete", `${given} of ${quorum.threshold} shares are here`, {
      details: { given, threshold: quorum.threshold },
    });
  }

  /** @throws ArtGuardError `keys.not-found` for an opening that is unknown, over or expired. */
  async find(entityId: string, openingId: string): Promise<OpeningItem> {
    const item = await this.#records.find(entityId, itemId.opening(openingId));
    if (item) return openingItemSchema.parse(item);
    throw new ArtGuardError("keys.not-found", "there is no such opening, or it is over");
  }

  /** Ends an opening: of several callers only one. @throws ArtGuardError `keys.not-found` for all others. */
  async take(opening: OpeningItem): Promise<void> {
    const { entity, id } = opening;
    try {
      await this.#records.table.delete({ entity, id }, { condition: { item: "present" } });
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      throw new ArtGuardError("keys.not-found", "there is no such opening, or it is over", { cause: error });
    }
  }

  /** Removes the shares of an opening that is over. */
  async forgetShares(entityId: string, { entity, opening_id }: OpeningItem): Promise<void> {
    for await (const { id } of this.#records.items(entityId, itemId.share(opening_id, ""))) {
      await this.#records.table.delete({ entity, id });
    }
  }

  async #ceremonyFor(entityId: string, purpose: OpeningPurpose): Promise<CeremonyItem> {
    const { ceremony_id, next_ceremony_id } = await this.#records.entity(entityId);
    const wanted = purpose === "verify" ? (next_ceremony_id ?? ceremony_id) : ceremony_id;
    const ceremony = wanted === undefined ? undefined : await this.#records.ceremony(entityId, wanted);
    if (ceremony && (purpose !== "recover" || ceremony.recovery)) return ceremony;
    throw new ArtGuardError("keys.invalid-input", `${entityId} has no split key to ${purpose}`);
  }

  async #submitted(entityId: string, { opening_id }: OpeningItem) {
    const submitted = [];
    for await (const item of this.#records.items(entityId, itemId.share(opening_id, ""))) {
      submitted.push(submittedShareItemSchema.parse(item));
    }
    return submitted;
  }

  async #platformShare(entityId: string, { ceremony_id, platform_share }: CeremonyItem): Promise<KeyShare> {
    const bytes = await this.#provider.unwrap(platform_share, platformShareContext(entityId, ceremony_id));
    return { holder: platformHolder, ceremonyId: ceremony_id, bytes };
  }

  async #unsealed(
    entityId: string,
    { opening_id, one_time_private_key }: OpeningItem,
    quorum: Quorum,
    holder: string,
    sealed: string,
  ): Promise<KeyShare> {
    const { ceremony_id } = quorum;
    const oneTime = await this.#provider.unwrap(one_time_private_key, oneTimeContext(entityId, opening_id));
    const info = submissionInfo(opening_id, ceremony_id, holder);
    const bytes = await wiping([oneTime], () => openSealed(oneTime, Buffer.from(sealed, "base64"), info));
    const share = { holder, ceremonyId: ceremony_id, bytes };
    try {
      assertShare(quorum, share);
      return share;
    } catch (error) {
      wipe(bytes);
      throw error;
    }
  }
}

/** What those who approve an opening are asked; its hash is what they sign. */
export function askedOf(entityId: string, opening: OpeningItem): AskedOpening {
  const { opening_id, operation, subject, pair_id, ceremony_id, one_time_public_key } = opening;
  const about = Object.fromEntries(Object.entries(subject).map(([name, value]) => [`subject.${name}`, value]));
  return { ...about, entity_id: entityId, opening_id, operation, pair_id, ceremony_id, one_time_public_key };
}

function openingOf(entityId: string, opening: OpeningItem, ceremony: CeremonyItem): KeyOpening {
  const { opening_id } = opening;
  return { opening_id, asked: askedOf(entityId, opening), share_requests: shareRequests(opening, ceremony) };
}

function quorumOf({ purpose }: OpeningItem, { custody, recovery }: CeremonyItem): Quorum {
  return purpose === "recover" && recovery ? recovery : custody;
}

function shareRequests(opening: OpeningItem, ceremony: CeremonyItem): ShareRequest[] {
  const { opening_id, one_time_public_key, purpose } = opening;
  const { ceremony_id, commitments } = quorumOf(opening, ceremony);
  const sealed = new Map(ceremony.custodian_shares.map((share) => [share.custodian_id, share.sealed]));
  const holders = commitments.map(({ holder }) => holder).filter((holder) => holder !== platformHolder);
  return holders.map((holder) => {
    const sealed_share = purpose === "recover" ? undefined : sealed.get(holder);
    return { opening_id, ceremony_id, holder, one_time_public_key, ...(sealed_share && { sealed_share }) };
  });
}

function oneTimeContext(owner: string, opening: string): KeyContext {
  return { owner, opening, use: "one-time-private-key" };
}
