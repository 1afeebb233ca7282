import { type EpochMilliseconds, epochMillisecondsSchema } from "../analysis/time.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { Change, Condition, Page, Table } from "../storage/table.ts";
import {
  cancellationReasons,
  checkAction,
  deleteAction,
  putAction,
  type TableStore,
  type TransactAction,
  updateAction,
} from "../storage/table-store.ts";
import { type Email, normalizeEmail } from "./email.ts";
import { beingErased } from "./erasure-mark.ts";
import { listUsers, type UserListOptions } from "./list-users.ts";
import type { AccountTier } from "./tier.ts";
import { type User, userSchema } from "./user.ts";
import { type UserId, userIdOf } from "./user-id.ts";
import { markerKey } from "./user-marker.ts";
import type { UserItem } from "./user-table.ts";

/** What a new user brings. */
export interface NewUser extends UserProfile {
  readonly user_id: string;
  /** Stored normalised; see `normalizeEmail`. */
  readonly email: string;
  /** Default `Free`. */
  readonly account_tier?: AccountTier;
  /** Overrides the tier's quota for this user. */
  readonly monthly_quota?: number;
}

/** The optional personal attributes. */
export interface UserProfile {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly company?: string;
}

/** New values by name; `null` takes an attribute away. */
export type ProfileChange = { readonly [Name in keyof UserProfile]?: string | null };

/** A plan; `monthly_quota: null` goes back to what the tier allows. */
export interface PlanChange {
  readonly account_tier?: AccountTier;
  readonly monthly_quota?: number | null;
}

/** A stored user to whom something new may be added. */
export const activeUser: Condition<UserItem> = {
  all: [{ item: "present" }, { attribute: "erasing_at", is: "absent" }],
};

/**
 * The users of the spec's table 2, written once against the Table port. E-mail addresses are unique.
 *
 * @example
 * const users = new UserRepository(store, await store.open(defineUserTable()));
 * const ada = await users.create({ user_id: "ada", email: "ada@example.org", account_tier: "Premium" });
 */
export class UserRepository {
  readonly #store: TableStore;
  readonly #table: Table<UserItem>;
  readonly #now: () => number;

  /** @param options.now Clock in epoch milliseconds; default `Date.now`. */
  constructor(store: TableStore, table: Table<UserItem>, options: { now?: () => number } = {}) {
    this.#store = store;
    this.#table = table;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Stores a new user and claims the e-mail address, both or neither.
   *
   * @param actions What else is written of the user, in the same transaction: all or nothing.
   * @throws ArtGuardError `user.email-taken`, `user.already-exists`, `user.being-erased`, `user.invalid-input`
   */
  async create(
    { user_id, email, account_tier = "Free", ...more }: NewUser,
    actions: readonly TransactAction[] = [],
  ): Promise<User> {
    const blank = this.#blank(userIdOf(user_id));
    return this.#insert(parseUser({ ...blank, ...more, email: normalizeEmail(email), account_tier }), actions);
  }

  /** Stores an anonymous user, for whom a quota shall count. @param userId From `newAnonymousUser`. */
  async createAnonymous(userId: UserId): Promise<User> {
    return this.#insert({ ...this.#blank(userId), account_tier: "Free", anonymous: true });
  }

  /** The last written state of a user. @throws ArtGuardError `user.not-found` */
  async get(userId: UserId): Promise<User> {
    const user = await this.find(userId);
    if (user) return user;
    throw new ArtGuardError("user.not-found", "no user has this user_id");
  }

  /** The last written state of a user, or undefined. */
  async find(userId: UserId): Promise<User | undefined> {
    const item = await this.#table.get({ user_id: userId }, { consistent: true });
    return item && userSchema.parse(item);
  }

  /**
   * The user with this e-mail address, in any spelling of case. The marker answers at once; users which other tools
   * wrote without one are found in the index.
   */
  async findByEmail(email: string): Promise<User | undefined> {
    const normalized = normalizeEmail(email);
    const marker = await this.#table.get({ user_id: markerKey.email(normalized) }, { consistent: true });
    const owner = marker?.owner_id ?? (await this.#indexedOwner(normalized));
    return owner && this.find(owner);
  }

  /**
   * Users by tier, in each tier those who came first before the others. Found through an index: somebody who came or
   * changed the tier a moment ago may be missing.
   *
   * @throws ArtGuardError `storage.invalid-cursor`, `storage.invalid-query` for a limit that is not 1–1000.
   */
  async list(options: UserListOptions = {}): Promise<Page<User>> {
    return listUsers(this.#table, options);
  }

  /** Changes names and company. @throws ArtGuardError `user.not-found`, `user.being-erased`, `user.invalid-input` */
  async updateProfile(userId: UserId, profile: ProfileChange): Promise<User> {
    const { first_name, last_name, company } = profile;
    return this.#update(userId, changeOf({ first_name, last_name, company }));
  }

  /** Changes tier or personal quota; what was used this month stays used. @throws as {@link updateProfile} */
  async changePlan(userId: UserId, { account_tier, monthly_quota }: PlanChange): Promise<User> {
    return this.#update(userId, changeOf({ account_tier, monthly_quota }));
  }

  /** Notes a login. @throws as {@link updateProfile} */
  async recordLogin(userId: UserId): Promise<User> {
    return this.#update(userId, { set: { last_login: this.#moment() } });
  }

  /**
   * Moves a user to another e-mail address: old marker away, new marker there and the user changed, all or nothing. An
   * anonymous user gets an account by it.
   *
   * @throws ArtGuardError `user.email-taken`, `user.not-found`, `user.being-erased`, `user.invalid-input`
   */
  async changeEmail(userId: UserId, email: string): Promise<User> {
    const next = normalizeEmail(email);
    const user = await this.get(userId);
    if (user.email === next) return user;
    const { definition } = this.#table;
    const former: Condition<UserItem> =
      user.email === undefined ? { attribute: "email", is: "absent" } : { attribute: "email", equals: user.email };
    await this.#transact(
      [
        updateAction(
          definition,
          { user_id: userId },
          { set: { email: next }, remove: ["anonymous"] },
          { all: [activeUser, former] },
        ),
        this.#claimAction(next, userId),
        ...(user.email === undefined ? [] : [deleteAction(definition, { user_id: markerKey.email(user.email) })]),
      ],
      [() => this.#refusal(userId), emailTaken],
    );
    return this.get(userId);
  }

  /**
   * Writes something about a user elsewhere, as long as the user is here and is not being erased: an erasure that begins at
   * this moment comes before it and refuses it, or after it and finds it.
   *
   * @throws ArtGuardError `user.not-found`, `user.being-erased`; `storage.transaction-cancelled` where one of the actions cannot be done.
   */
  async whileActive(userId: UserId, actions: readonly TransactAction[]): Promise<void> {
    const isActive = checkAction(this.#table.definition, { user_id: userId }, activeUser);
    await this.#transact([isActive, ...actions], [() => this.#refusal(userId)]);
  }

  async #insert(user: User, actions: readonly TransactAction[] = []): Promise<User> {
    const { definition } = this.#table;
    const tombstone = { user_id: markerKey.erasure(user.user_id) };
    await this.#transact(
      [
        putAction(definition, user, { item: "absent" }),
        // A finished erasure does not keep its person from coming back.
        deleteAction(definition, tombstone, { attribute: "open_erasure", is: "absent" }),
        ...(user.email === undefined ? [] : [this.#claimAction(user.email, user.user_id)]),
        ...actions,
      ],
      [alreadyExists, beingErased, emailTaken],
    );
    return user;
  }

  #claimAction(email: Email, owner: UserId): TransactAction {
    const marker = {
      user_id: markerKey.email(email),
      kind: "email",
      owner_id: owner,
      created_at: this.#moment(),
    } as const;
    return putAction(this.#table.definition, marker, { item: "absent" });
  }

  async #update(userId: UserId, change: Change<UserItem>): Promise<User> {
    try {
      return userSchema.parse(await this.#table.update({ user_id: userId }, change, { condition: activeUser }));
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      throw await this.#refusal(userId);
    }
  }

  /** Does all actions, or throws the refusal of the first that failed. */
  async #transact(actions: readonly TransactAction[], refusals: readonly Refusal[]): Promise<void> {
    try {
      await this.#store.transact(actions);
    } catch (error) {
      const failed = cancellationReasons(error).indexOf("storage.condition-failed");
      const refusal = refusals[failed];
      throw refusal ? await refusal() : error;
    }
  }

  async #refusal(userId: UserId): Promise<ArtGuardError> {
    const { erasing_at } = await this.get(userId);
    if (erasing_at !== undefined) return beingErased();
    return new ArtGuardError("storage.condition-failed", "the user was changed by another writer at the same time");
  }

  async #indexedOwner(email: Email): Promise<UserId | undefined> {
    const { items } = await this.#table.query({ index: "email-index", partition: email, limit: 1 });
    return items[0] && userIdOf(items[0].user_id);
  }

  #blank(user_id: UserId) {
    const created_at = this.#moment();
    return { user_id, total_uploads: 0, quota_used: 0, created_at, last_login: created_at };
  }

  #moment(): EpochMilliseconds {
    return epochMillisecondsSchema.parse(this.#now());
  }
}

type Refusal = () => ArtGuardError | Promise<ArtGuardError>;

const alreadyExists = () => new ArtGuardError("user.already-exists", "a user with this user_id exists");
const emailTaken = () => new ArtGuardError("user.email-taken", "another user has this e-mail address");

/** Sets what has a value, removes what is null, leaves what is undefined. */
function changeOf(values: { readonly [Name in keyof UserItem]?: UserItem[Name] | null | undefined }): Change<UserItem> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const named = (keep: (value: unknown) => boolean) => entries.filter(([, value]) => keep(value));
  return {
    set: Object.fromEntries(named((value) => value !== null)),
    remove: named((value) => value === null).map(([name]) => name as keyof UserItem),
  };
}

function parseUser(user: unknown): User {
  const parsed = userSchema.safeParse(user);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ArtGuardError("user.invalid-input", `${path.join(".")}: ${message}`);
}
