import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { ArtGuardError, isArtGuardError, type ServerSecret, type Table } from "@artguard/core";
import type { IdentityItem, SubjectItem } from "./audit-tables.ts";

const leastSecretBytes = 32;
const [nonceBytes, tagBytes, keyBytes] = [12, 16, 32];
const [mostCached, cachedForMs] = [10_000, 30_000];

/** Options of {@link AuditSubjects}. */
export interface AuditSubjectsOptions {
  readonly subjects: Table<SubjectItem>;
  readonly identities: Table<IdentityItem>;
  /** At least 32 random bytes, the same in every process; without it no pseudonym leads to anybody. */
  readonly secret: ServerSecret;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Pseudonyms of users. Who holds the tables and the secret can go from a user to the pseudonym and back, until
 * {@link AuditSubjects.forget} destroys the subject's key; then the pseudonym in the log leads to nobody, and the same
 * user gets another one. A pseudonym is an HMAC under that key, and the user_id lies encrypted under it.
 */
export class AuditSubjects {
  readonly #subjects: Table<SubjectItem>;
  readonly #identities: Table<IdentityItem>;
  readonly #lookupKey: Buffer;
  readonly #wrappingKey: Buffer;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly pseudonym: string; readonly until: number }>();
  readonly #oneWayKey: Buffer;
  readonly #oneWay = new Map<string, string>();

  /** @throws ArtGuardError `audit.invalid-key` for a secret below 32 bytes. */
  constructor({ subjects, identities, secret, now = Date.now }: AuditSubjectsOptions) {
    if (secret.length < leastSecretBytes) {
      throw new ArtGuardError("audit.invalid-key", `the secret has ${secret.length} bytes, of 32 needed`);
    }
    this.#subjects = subjects;
    this.#identities = identities;
    this.#now = now;
    this.#lookupKey = keyFor("lookup", secret);
    this.#wrappingKey = keyFor("wrapping", secret);
    this.#oneWayKey = keyFor("one way", secret);
  }

  /** A pseudonym without a way back, e.g. of a session: entries can be compared by it, and nobody be found. */
  oneWay(prefix: string, value: string): string {
    const known = this.#oneWay.get(value);
    if (known !== undefined) return `${prefix}_${known}`;
    const pseudonym = createHmac("sha256", this.#oneWayKey).update(value).digest("hex").slice(0, 24);
    if (this.#oneWay.size >= mostCached) this.#oneWay.clear();
    this.#oneWay.set(value, pseudonym);
    return `${prefix}_${pseudonym}`;
  }

  /** The user's pseudonym, made at the first call. */
  async pseudonymOf(userId: string): Promise<string> {
    const known = this.#known.get(userId);
    if (known && known.until > this.#now()) return known.pseudonym;
    const lookup = this.#lookupOf(userId);
    const item = (await this.#believed(lookup)) ?? (await this.#create(lookup, userId));
    if (this.#known.size >= mostCached) this.#known.clear();
    this.#known.set(userId, { pseudonym: item.pseudonym, until: this.#now() + cachedForMs });
    return item.pseudonym;
  }

  /** The user's pseudonym if there is one. */
  async find(userId: string): Promise<string | undefined> {
    return (await this.#believed(this.#lookupOf(userId)))?.pseudonym;
  }

  /** The user_id behind a pseudonym; undefined when it was forgotten or never given. Who may ask is the caller's to check. */
  async resolve(pseudonym: string): Promise<string | undefined> {
    const found = await this.#subjects.query({ index: "pseudonym-index", partition: pseudonym, limit: 1 });
    const item = found.items[0] && (await this.#believed(found.items[0].lookup));
    const sealed = item && (await this.#identities.get({ pseudonym }, { consistent: true }));
    return sealed && unseal(sealed.identity, this.#keyOf(item), pseudonym).toString();
  }

  /**
   * Destroys the subject's key and everything that leads to or from the pseudonym. Entries stay, and the log verifies.
   * Other processes may go on to use the pseudonym for 30 seconds.
   *
   * @returns whether there was one.
   */
  async forget(userId: string): Promise<boolean> {
    const lookup = this.#lookupOf(userId);
    const item = await this.#read(lookup);
    if (item) {
      // The key goes last: if this call dies between the two, the next one still finds its way.
      await this.#identities.delete({ pseudonym: pseudonymUnder(this.#keyOf(item)) });
      await this.#subjects.delete({ lookup });
    }
    this.#known.delete(userId);
    return item !== undefined;
  }

  async #create(lookup: string, userId: string): Promise<SubjectItem> {
    const key = randomBytes(keyBytes);
    const pseudonym = pseudonymUnder(key);
    const item = { lookup, pseudonym, wrapped_key: seal(key, this.#wrappingKey, lookup) };
    // Before the key: an identity without one is unreadable, a key without identity would give a pseudonym nobody can resolve.
    await this.#identities.put({ pseudonym, identity: seal(Buffer.from(userId), key, pseudonym) });
    try {
      await this.#subjects.put(item, { condition: { item: "absent" } });
      return item;
    } catch (error) {
      const other = isArtGuardError(error, "storage.condition-failed") ? await this.#read(lookup) : undefined;
      if (other === undefined) throw error;
      if (other.pseudonym !== pseudonym) await this.#identities.delete({ pseudonym });
      return other;
    } finally {
      key.fill(0);
    }
  }

  /** The item, if its pseudonym is the one of its key: who can write to the table could let one person act as another. */
  async #believed(lookup: string): Promise<SubjectItem | undefined> {
    const item = await this.#read(lookup);
    if (item === undefined || pseudonymUnder(this.#keyOf(item)) === item.pseudonym) return item;
    throw new ArtGuardError("audit.tampered", "a stored pseudonym is another person's");
  }

  async #read(lookup: string): Promise<SubjectItem | undefined> {
    return this.#subjects.get({ lookup }, { consistent: true });
  }

  #keyOf({ wrapped_key, lookup }: SubjectItem): Buffer {
    return unseal(wrapped_key, this.#wrappingKey, lookup);
  }

  #lookupOf(userId: string): string {
    return createHmac("sha256", this.#lookupKey).update(userId).digest("hex");
  }
}

function pseudonymUnder(key: Uint8Array): string {
  return `subj_${createHmac("sha256", key).update("pseudonym").digest("hex").slice(0, 32)}`;
}

function keyFor(purpose: string, secret: ServerSecret): Buffer {
  return createHmac("sha256", secret).update(`artguard audit ${purpose}`).digest();
}

/** AES-256-GCM; `context` is authenticated, so that no sealed text fits another place. */
function seal(text: Uint8Array, key: Uint8Array, context: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
}

function unseal(sealed: string, key: Uint8Array, context: string): Buffer {
  try {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch (cause) {
    const fix = "Open the log with the secret that it was begun with.";
    throw new ArtGuardError("audit.invalid-key", "an identity cannot be opened with this secret", { cause, fix });
  }
}
