import { ArtGuardError, cancellationReasons, putAction, type Table, type TableStore } from "@artguard/core";
import { type AccessItem, type PolicyVersion, policyVersionSchema } from "./access-table.ts";
import { type Policy, parsePolicy } from "./policy.ts";

/** A policy and the number of its version; 0 is the one that an installation begins with, before any change. */
export interface VersionedPolicy {
  readonly version: number;
  readonly policy: Policy;
}

/** What is said of a version in a list. */
export type PolicyChange = Pick<PolicyVersion, "version" | "changed_by" | "created_at" | "reverts_to">;

interface PolicyStoreOptions {
  readonly initial: Policy;
  /** How long a policy read is believed to be the present one, in milliseconds. */
  readonly cacheMs: number;
  readonly now: () => number;
}

const partition = "POLICY";
const headKey = { access_id: partition, entry: "head" };
const entryOf = (version: number) => String(version).padStart(10, "0");

/** The policy in numbered versions that are only ever added to. */
export class PolicyStore {
  readonly #store: TableStore;
  readonly #table: Table<AccessItem>;
  readonly #options: PolicyStoreOptions;
  #known: { readonly versioned: VersionedPolicy; readonly until: number } | undefined;

  constructor(store: TableStore, table: Table<AccessItem>, options: PolicyStoreOptions) {
    this.#store = store;
    this.#table = table;
    this.#options = options;
  }

  /** The policy in force; one that another process put in force is seen after `cacheMs` at the latest. */
  async current(): Promise<VersionedPolicy> {
    const known = this.#known;
    if (known && this.#options.now() < known.until) return known.versioned;
    return this.#read(known?.versioned);
  }

  /** @throws ArtGuardError `access.unknown-policy-version` */
  async version(number: number): Promise<VersionedPolicy> {
    if (number === 0) return { version: 0, policy: this.#options.initial };
    const item = await this.#table.get({ access_id: partition, entry: entryOf(number) }, { consistent: true });
    if (!item) throw new ArtGuardError("access.unknown-policy-version", `there is no version ${number} of the policy`);
    const { policy } = policyVersionSchema.parse(item);
    return { version: number, policy: parsePolicy(JSON.parse(policy)) };
  }

  /** The newest versions first, at most `limit`. */
  async history(limit: number): Promise<PolicyChange[]> {
    const { items } = await this.#table.query({
      partition,
      sort: { lessThan: "head" },
      order: "newest_first",
      limit,
      consistent: true,
    });
    return items.map((item) => {
      const { version, changed_by, created_at, reverts_to } = policyVersionSchema.parse(item);
      return { version, changed_by, created_at, ...(reverts_to !== undefined && { reverts_to }) };
    });
  }

  /**
   * Puts a policy in force as the version after `expected`.
   *
   * @throws ArtGuardError `access.policy-changed` when `expected` is not in force, `access.invalid-policy`.
   */
  async replace(
    policy: Policy,
    change: { expected: number; changedBy: string; revertsTo?: number },
  ): Promise<VersionedPolicy> {
    const parsed = parsePolicy(policy);
    const version = change.expected + 1;
    const item: PolicyVersion = {
      access_id: partition,
      entry: entryOf(version),
      version,
      policy: JSON.stringify(parsed),
      changed_by: change.changedBy,
      created_at: this.#options.now(),
      ...(change.revertsTo !== undefined && { reverts_to: change.revertsTo }),
    };
    const { definition } = this.#table;
    const inForce =
      change.expected === 0
        ? ({ item: "absent" } as const)
        : ({ attribute: "version", equals: change.expected } as const);
    try {
      await this.#store.transact([
        putAction(definition, { ...headKey, version }, inForce),
        putAction(definition, item, { item: "absent" }),
      ]);
    } catch (error) {
      if (!cancellationReasons(error).includes("storage.condition-failed")) throw error;
      throw new ArtGuardError(
        "access.policy-changed",
        `version ${change.expected} of the policy is no longer in force`,
      );
    }
    return this.#remember({ version, policy: parsed });
  }

  async #read(known: VersionedPolicy | undefined): Promise<VersionedPolicy> {
    const head = await this.#table.get(headKey, { consistent: true });
    const version = head?.version ?? 0;
    return this.#remember(known?.version === version ? known : await this.version(version));
  }

  #remember(versioned: VersionedPolicy): VersionedPolicy {
    // A read that began before a change must not bring the earlier version back.
    const newer = this.#known?.versioned;
    if (newer && newer.version > versioned.version) return newer;
    this.#known = { versioned, until: this.#options.now() + this.#options.cacheMs };
    return versioned;
  }
}
