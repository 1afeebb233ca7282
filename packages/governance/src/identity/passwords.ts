import { randomUUID } from "node:crypto";
import {
  ArtGuardError,
  checkAction,
  epochMillisecondsSchema,
  isArtGuardError,
  putAction,
  type Table,
  type TransactAction,
  type User,
} from "@artguard/core";
import { type IdentityItem, identityKey, passwordItemSchema } from "./identity-table.ts";
import type { PasswordHasher } from "./password-hasher.ts";

/** Options of {@link Passwords}. */
export interface PasswordsOptions {
  readonly table: Table<IdentityItem>;
  readonly hasher: PasswordHasher;
  /** Fewest characters of a new one. */
  readonly shortest: number;
  readonly now: () => number;
}

const longest = 1024;
const fewestDifferent = 4;

/** Passwords of users, kept as hashes. */
export class Passwords {
  readonly #options: PasswordsOptions;
  /** What the password of a user who has none is compared with. */
  readonly #nobodysHash: string;

  /** Opens them. */
  static async open(options: PasswordsOptions): Promise<Passwords> {
    return new Passwords(options, await options.hasher.hash(randomUUID()));
  }

  private constructor(options: PasswordsOptions, nobodysHash: string) {
    this.#options = options;
    this.#nobodysHash = nobodysHash;
  }

  /** What sets the password of a user, for a transaction. @throws ArtGuardError `identity.weak-password` */
  async setAction(
    user: Pick<User, "user_id"> & { readonly email?: string | undefined },
    password: string,
  ): Promise<TransactAction> {
    this.assertStrong(password, user.email);
    return putAction(this.#options.table.definition, await this.#itemOf(user, password));
  }

  /** Sets one that is strong in place of the one before. @returns whether that was the one. */
  async replace(user: User, current: string, password: string): Promise<boolean> {
    const equals = await this.#verified(user, current);
    if (equals === undefined) return false;
    const item = await this.#itemOf(user, password);
    try {
      await this.#options.table.put(item, { condition: { attribute: "password_hash", equals } });
      return true;
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      return false;
    }
  }

  /**
   * Compares a password. For nobody, and for a user without one, it does the same work.
   *
   * @returns what holds as long as the password is not changed, for a transaction; undefined when it is wrong.
   */
  async compare(user: User | undefined, password: string): Promise<TransactAction | undefined> {
    const equals = await this.#verified(user, password);
    if (!user || equals === undefined) return undefined;
    return checkAction(this.#options.table.definition, keyOf(user.user_id), { attribute: "password_hash", equals });
  }

  /** The hash that the password belongs to. */
  async #verified(user: User | undefined, password: string): Promise<string | undefined> {
    const { table, hasher } = this.#options;
    const item = await table.get(keyOf(user?.user_id ?? "-"), { consistent: true });
    const hash = item && passwordItemSchema.parse(item).password_hash;
    const matches = await hasher.matches(hash ?? this.#nobodysHash, password);
    return user && matches ? hash : undefined;
  }

  async #itemOf({ user_id }: Pick<User, "user_id">, password: string) {
    const { hasher, now } = this.#options;
    return passwordItemSchema.parse({
      ...keyOf(user_id),
      kind: "password",
      password_hash: await hasher.hash(password),
      changed_at: epochMillisecondsSchema.parse(now()),
    });
  }

  /** Refuses what is too easily guessed for somebody with this address. @throws ArtGuardError `identity.weak-password` */
  assertStrong(password: string, email = ""): void {
    const { shortest } = this.#options;
    const name = email.slice(0, email.indexOf("@"));
    const isWeak =
      password.length < shortest ||
      password.length > longest ||
      new Set(password).size < fewestDifferent ||
      (name.length > 2 && password.toLowerCase().includes(name));
    if (!isWeak) return;
    throw new ArtGuardError(
      "identity.weak-password",
      `expected ${shortest}–${longest} characters, ${fewestDifferent} of them different, without the user's name`,
    );
  }
}

const keyOf = (userId: string) => ({ identity_id: identityKey.user(userId), entry: "password" });
