import { type EpochMilliseconds, epochMillisecondsSchema } from "../analysis/time.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Condition, Table } from "../storage/table.ts";
import { cancellationReasons, putAction, type TableStore, updateAction } from "../storage/table-store.ts";
import { equalHashes, hashApiKey, isKeyEnvironment, newApiKey, parseApiKey } from "./api-key.ts";
import { beingErased } from "./erasure-mark.ts";
import { ownedItems } from "./owned-items.ts";
import { assertServerSecret, type ServerSecret } from "./server-secret.ts";
import { type User, userSchema } from "./user.ts";
import type { UserId } from "./user-id.ts";
import { type ApiKeyItem, apiKeyItemSchema, markerKey } from "./user-marker.ts";
import { activeUser } from "./user-repository.ts";
import type { UserItem } from "./user-table.ts";

/** What may be shown of a key after its creation. */
export interface ApiKeyInfo
  extends Pick<
    ApiKeyItem,
    "name" | "created_at" | "last_used" | "revoked_at" | "scopes" | "valid_until" | "second_factor"
  > {
  /** 12 hexadecimal digits, also in the key itself. */
  readonly prefix: string;
}

/** Options of {@link ApiKeyRepository}. */
export interface ApiKeyOptions {
  /** Key of the stored HMACs, the same in every process. Another one makes all keys invalid. */
  readonly secret: ServerSecret;
  /** Shown in the keys, 1–12 lower-case letters, e.g. `live`; default none. */
  readonly environment?: string;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Limits of one key. */
export interface ApiKeyLimits {
  /** Permissions (`noun.verb`, `noun.*` or `*`), 1–50; default all that the user may do. */
  readonly scopes?: readonly string[];
  /** Epoch milliseconds from which the key is refused; default never. */
  readonly validUntil?: number;
  /**
   * Whether it may be shown at a login as what the person has, beside what the person knows; default no. To be given by
   * those alone who have proven two factors themselves: else one of them would make the other.
   */
  readonly secondFactor?: boolean;
}

const lastUsedStepMs = 60_000;
const noHash = "0".repeat(64);

/**
 * API keys of users: several each, named, revocable, stored as HMACs and found by their prefix.
 *
 * @example
 * const apiKeys = new ApiKeyRepository(store, users, { secret });
 * const { key, prefix } = await apiKeys.create(userId, "build server"); // shown once
 * const { user } = await apiKeys.authenticate(key);
 */
export class ApiKeyRepository {
  readonly #store: TableStore;
  readonly #table: Table<UserItem>;
  readonly #secret: ServerSecret;
  readonly #environment: string | undefined;
  readonly #now: () => number;

  /** @throws ArtGuardError `user.invalid-input` for a secret below 32 bytes or a bad environment. */
  constructor(store: TableStore, table: Table<UserItem>, { secret, environment, now = Date.now }: ApiKeyOptions) {
    assertServerSecret(secret);
    if (environment !== undefined && !isKeyEnvironment(environment)) {
      throw invalidInput("environment: expected 1–12 lower-case letters");
    }
    this.#store = store;
    this.#table = table;
    this.#secret = secret;
    this.#environment = environment;
    this.#now = now;
  }

  /**
   * Makes a key. This is the only time that it can be seen.
   *
   * @throws ArtGuardError `user.not-found`, `user.being-erased`, `user.invalid-input`
   */
  async create(owner: UserId, name: string, limits: ApiKeyLimits = {}): Promise<ApiKeyInfo & { readonly key: string }> {
    const { prefix, key } = newApiKey(this.#environment);
    const item = this.#itemOf(owner, { name, prefix, hash: hashApiKey(key, this.#secret), ...limits });
    const { definition } = this.#table;
    const change = { set: { api_key_hash: item.api_key_hash } };
    try {
      await this.#store.transact([
        updateAction(definition, { user_id: owner }, change, activeUser),
        putAction(definition, item, { item: "absent" }),
      ]);
    } catch (error) {
      throw cancellationReasons(error)[0] === "storage.condition-failed" ? await this.#refusal(owner) : error;
    }
    return { ...infoOf(item), key };
  }

  /**
   * The user whom a key belongs to. Unknown, revoked, expired and malformed keys are told apart by nobody.
   *
   * @throws ArtGuardError `user.invalid-api-key`
   */
  async authenticate(key: string): Promise<{ user: User; apiKey: ApiKeyInfo }> {
    const parts = parseApiKey(key);
    const item = parts && (await this.#find(parts.prefix));
    const matches = equalHashes(hashApiKey(key, this.#secret), item?.api_key_hash ?? noHash);
    if (!item || !matches || item.revoked_at !== undefined || this.#isExpired(item)) throw invalidKey();
    const owner = await this.#table.get({ user_id: item.owner_id }, { consistent: true });
    if (!owner || owner.erasing_at !== undefined) throw invalidKey();
    return { user: userSchema.parse(owner), apiKey: infoOf(await this.#noteUse(item)) };
  }

  /** The user's keys, also revoked ones, by prefix. One made a moment ago may be missing from an eventually consistent store. */
  async list(owner: UserId): Promise<ApiKeyInfo[]> {
    const keys: ApiKeyInfo[] = [];
    for await (const item of ownedItems(this.#table, owner, markerKey.apiKey(""))) {
      keys.push(infoOf(apiKeyItemSchema.parse(item)));
    }
    return keys;
  }

  /** Ends a key at once; it stays listed. @throws ArtGuardError `user.invalid-api-key` when the user has no such key. */
  async revoke(owner: UserId, prefix: string): Promise<ApiKeyInfo> {
    const item = await this.#find(prefix);
    if (item?.owner_id !== owner) throw invalidKey();
    const revoked_at = item.revoked_at ?? this.#moment();
    await this.#table.update({ user_id: item.user_id }, { set: { revoked_at } }, { condition: { item: "present" } });
    await this.#forgetHash(owner, item.api_key_hash);
    return infoOf({ ...item, revoked_at });
  }

  async #refusal(owner: UserId): Promise<ArtGuardError> {
    const user = await this.#table.get({ user_id: owner }, { consistent: true });
    return user ? beingErased() : new ArtGuardError("user.not-found", "no user has this user_id");
  }

  async #find(prefix: string): Promise<ApiKeyItem | undefined> {
    const item = await this.#table.get({ user_id: markerKey.apiKey(prefix) }, { consistent: true });
    return item && apiKeyItemSchema.parse(item);
  }

  /** Writes the time at most once a minute, and never onto a key that was revoked meanwhile. */
  async #noteUse(item: ApiKeyItem): Promise<ApiKeyItem> {
    const last_used = this.#moment();
    if (item.last_used !== undefined && last_used - item.last_used < lastUsedStepMs) return item;
    const condition: Condition<UserItem> = {
      all: [{ item: "present" }, { attribute: "revoked_at", is: "absent" }],
    };
    try {
      await this.#table.update({ user_id: item.user_id }, { set: { last_used } }, { condition });
      return { ...item, last_used };
    } catch (error) {
      throw isArtGuardError(error, "storage.condition-failed") ? invalidKey() : error;
    }
  }

  /** Takes a revoked key's hash from the user, unless a newer key has taken its place. */
  async #forgetHash(owner: UserId, hash: string): Promise<void> {
    const condition: Condition<UserItem> = { attribute: "api_key_hash", equals: hash };
    try {
      await this.#table.update({ user_id: owner }, { remove: ["api_key_hash"] }, { condition });
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
    }
  }

  #isExpired({ valid_until }: ApiKeyItem): boolean {
    return valid_until !== undefined && this.#now() >= valid_until;
  }

  #itemOf(owner: UserId, { name, prefix, hash, scopes, validUntil, secondFactor }: NewKey): ApiKeyItem {
    const created_at = this.#moment();
    if (validUntil !== undefined && !(validUntil > created_at))
      throw invalidInput("validUntil: expected a later moment");
    const parsed = apiKeyItemSchema.safeParse({
      user_id: markerKey.apiKey(prefix),
      kind: "api_key",
      owner_id: owner,
      name: name.trim(),
      api_key_hash: hash,
      created_at,
      ...(scopes && { scopes: [...scopes] }),
      ...(validUntil !== undefined && { valid_until: validUntil }),
      ...(secondFactor && { second_factor: true }),
    });
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0]!;
    throw invalidInput(path[0] === "name" ? "name: expected 1–200 characters" : `${path.join(".")}: ${message}`);
  }

  #moment(): EpochMilliseconds {
    return epochMillisecondsSchema.parse(this.#now());
  }
}

interface NewKey extends ApiKeyLimits {
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
}

function infoOf(item: ApiKeyItem): ApiKeyInfo {
  const { user_id, name, created_at, last_used, revoked_at, scopes, valid_until, second_factor } = item;
  return {
    prefix: user_id.slice(markerKey.apiKey("").length),
    name,
    created_at,
    ...(last_used && { last_used }),
    ...(revoked_at && { revoked_at }),
    ...(scopes && { scopes }),
    ...(valid_until && { valid_until }),
    ...(second_factor && { second_factor }),
  };
}

function invalidInput(problem: string): ArtGuardError {
  return new ArtGuardError("user.invalid-input", problem);
}

function invalidKey(): ArtGuardError {
  return new ArtGuardError("user.invalid-api-key", "the API key is unknown, revoked, expired or malformed");
}
