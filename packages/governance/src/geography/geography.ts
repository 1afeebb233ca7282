import {
  ArtGuardError,
  type Condition,
  epochMillisecondsSchema,
  isArtGuardError,
  type Table,
  type TableStore,
} from "@artguard/core";
import type { AuditDetails, AuditLog } from "../audit/audit-log.ts";
import type { ChangeApproval, ChangeAskedFor } from "../identity/approval-gate.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import { type Arrival, clientAddressOf } from "./client-address.ts";
import { type CountryAnswer, CountryDatabase, type CountryDatabaseOptions } from "./country-database.ts";
import {
  defineGeographyTable,
  type GeographyItem,
  type NetworksItem,
  networksItemSchema,
  type PlaceRule,
  placeRuleSchema,
  ruleItemSchema,
} from "./geography-table.ts";
import { judgePlace, type PlaceDecision } from "./judge-place.ts";
import { canonicalNetwork } from "./network-list.ts";

/** Options of {@link openGeography}. */
export interface GeographyOptions {
  readonly tables: TableStore;
  /** Name of the table; default `artguard-geography-dev`. */
  readonly table?: string;
  /** Proxies of ours in front of this service, 0–10; default 0: the header is not believed at all. */
  readonly trustedProxies?: number;
  /** Without it no country is known. */
  readonly database?: Omit<CountryDatabaseOptions, "now">;
  /** Gets every change, every refusal, and every admission by a default, with the date of the data. */
  readonly audit?: AuditLog;
  /** Asks custodians for changes of networks; without it none can be made. */
  readonly approvals?: ChangeApproval;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Where a request comes from, as far as that is known. */
export interface Place {
  /** In canonical form. */
  readonly clientAddress?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
}

/** Other networks for an organisation. */
export interface NetworksChange {
  readonly organizationId: string;
  /** CIDR, at most 200; they replace those before. */
  readonly networks: readonly string[];
}

/** Reasons that are worth an audit entry although the request was admitted. */
const byDefault: ReadonlySet<PlaceDecision["reason"]> = new Set(["unknown-country", "missing-database"]);

/**
 * From where the members of organisations may act. Nothing is restricted until an organisation has a rule; whoever acts for
 * several organisations must be admitted by each that has one. Rules and networks are read anew for every request.
 *
 * @example
 * const geography = await openGeography({ tables, trustedProxies: 1 });
 * const place = await geography.locate({ remoteAddress, forwardedFor });
 * await geography.admit({ ...context, ...place });
 */
export class Geography {
  readonly #table: Table<GeographyItem>;
  readonly #database: CountryDatabase | undefined;
  readonly #options: GeographyOptions;
  readonly #trustedProxies: number;
  readonly #now: () => number;

  /** See {@link openGeography}. */
  constructor(table: Table<GeographyItem>, options: GeographyOptions) {
    const { database, trustedProxies = 0, now = Date.now } = options;
    if (!(Number.isInteger(trustedProxies) && trustedProxies >= 0 && trustedProxies <= 10)) {
      throw invalid("trustedProxies: expected 0–10");
    }
    this.#table = table;
    this.#options = options;
    this.#trustedProxies = trustedProxies;
    this.#now = now;
    this.#database = database && new CountryDatabase({ ...database, now });
  }

  /** Address and country of a request. What is malformed or not known is left out. */
  async locate(arrival: Arrival): Promise<Place> {
    const clientAddress = clientAddressOf(arrival, this.#trustedProxies);
    if (clientAddress === undefined) return {};
    const { country } = (await this.#database?.find(clientAddress)) ?? {};
    return { clientAddress, ...(country !== undefined && { country }) };
  }

  /**
   * Refuses a caller whose organisations do not admit its place. The operator of this machine has no place and is admitted.
   *
   * @throws ArtGuardError `geography.restricted` with `details.country`, `details.database_date`
   */
  async admit(context: SecurityContext): Promise<void> {
    const { organizations, clientAddress, country, principal } = context;
    if (principal.kind === "local" || organizations.length === 0) return;
    const rules = await this.#rulesOf(organizations.map(({ organizationId }) => organizationId));
    if (rules.length === 0) return;
    const answer = clientAddress === undefined ? undefined : await this.#database?.find(clientAddress);
    for (const { organizationId, rule, networks } of rules) {
      const decision = judgePlace(rule, networks, placeOf(clientAddress, answer));
      const facts = { ...factsOf(decision), ...(country !== undefined && { country }) };
      await this.#note(context, organizationId, decision, facts);
      if (decision.admitted) continue;
      throw new ArtGuardError("geography.restricted", "the caller's organisation does not admit requests from there", {
        details: facts,
      });
    }
  }

  /** The rule of an organisation; undefined where nothing is restricted. */
  async rule(organizationId: string): Promise<PlaceRule | undefined> {
    const item = await this.#table.get(ruleKey(organizationId), { consistent: true });
    return item && ruleItemSchema.parse(item).rule;
  }

  /** The networks of an organisation, in canonical form. */
  async networks(organizationId: string): Promise<readonly string[]> {
    return (await this.#networksItem(organizationId))?.networks ?? [];
  }

  /** Restricts an organisation, or with null no longer. Whether the caller may is for the operation to decide. @throws ArtGuardError `geography.invalid-input` */
  async changeRule(context: SecurityContext, organizationId: string, rule: PlaceRule | null): Promise<void> {
    if (rule === null) {
      await this.#table.delete(ruleKey(organizationId));
      return this.#noteChange(context, organizationId, "geography.rule-removed", {});
    }
    const parsed = placeRuleSchema.safeParse(rule);
    if (!parsed.success) throw invalid(`${parsed.error.issues[0]!.path.join(".")}: ${parsed.error.issues[0]!.message}`);
    await this.#table.put({
      ...ruleKey(organizationId),
      kind: "rule",
      rule: parsed.data,
      changed_by: context.principal.id,
      changed_at: this.#moment(),
    });
    await this.#noteChange(context, organizationId, "geography.rule-changed", parsed.data);
  }

  /**
   * Gives an organisation other networks. Custodians must agree: called without `approvalId` it asks them and is refused
   * with the id; called with it, the same change is made, unless the networks were changed in between.
   *
   * @throws ArtGuardError `geography.approval-required` with `details.approval_id`; `geography.invalid-input`; what the
   * approvals say of a wrong `approvalId`, also where the networks are not those any more that the change was asked for.
   */
  async changeNetworks(context: SecurityContext, change: NetworksChange, approvalId?: string): Promise<void> {
    const { organizationId } = change;
    const networks = [...new Set(change.networks.map(canonicalNetwork))];
    if (networks.length > 200) throw invalid("networks: expected at most 200");
    const before = await this.#networksItem(organizationId);
    const asked: ChangeAskedFor = {
      operation: "geography.change-networks",
      resource: { kind: "organization", id: organizationId, organizationId },
      input: { organizationId, networks, revision: before?.revision ?? 0 },
    };
    const { approvals } = this.#options;
    if (!approvals) throw approvalRequired();
    if (approvalId === undefined) throw approvalRequired(await approvals.request(context, asked));
    await approvals.consume(context, approvalId, asked);
    await this.#replaceNetworks(before, {
      ...networksKey(organizationId),
      kind: "networks",
      networks,
      approval_id: approvalId,
      changed_by: context.principal.id,
      changed_at: this.#moment(),
      revision: (before?.revision ?? 0) + 1,
    });
    await this.#noteChange(context, organizationId, "geography.networks-changed", {
      approval_id: approvalId,
      networks,
    });
  }

  async #replaceNetworks(before: NetworksItem | undefined, item: NetworksItem): Promise<void> {
    const condition: Condition<GeographyItem> = before
      ? { attribute: "revision", equals: before.revision }
      : { item: "absent" };
    try {
      await this.#table.put(item, { condition });
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      throw invalid("networks: they were changed by somebody else at this moment; ask again");
    }
  }

  async #rulesOf(organizationIds: readonly string[]) {
    const keys = organizationIds.flatMap((id) => [ruleKey(id), networksKey(id)]);
    const items = await this.#table.batchGet(keys, { consistent: true });
    return organizationIds.flatMap((organizationId, index) => {
      const [rule, networks] = [items[2 * index], items[2 * index + 1]];
      if (!rule) return [];
      const list = networks ? networksItemSchema.parse(networks).networks : [];
      return [{ organizationId, rule: ruleItemSchema.parse(rule).rule, networks: list }];
    });
  }

  async #networksItem(organizationId: string): Promise<NetworksItem | undefined> {
    const item = await this.#table.get(networksKey(organizationId), { consistent: true });
    return item && networksItemSchema.parse(item);
  }

  async #note(
    context: SecurityContext,
    organizationId: string,
    { admitted, reason }: PlaceDecision,
    details: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (admitted && !byDefault.has(reason)) return;
    await this.#options.audit?.logSecurityEvent(context, {
      type: admitted ? "geography.admitted-by-default" : "geography.refused",
      operation: "geography.admit",
      outcome: admitted ? "success" : "refused",
      severity: "warning",
      resource: { kind: "organization", id: organizationId },
      details,
    });
  }

  async #noteChange(context: SecurityContext, organizationId: string, type: string, details: AuditDetails) {
    await this.#options.audit?.logSecurityEvent(context, {
      type,
      operation: "geography.change",
      outcome: "success",
      severity: "warning",
      resource: { kind: "organization", id: organizationId },
      details,
    });
  }

  #moment() {
    return epochMillisecondsSchema.parse(this.#now());
  }
}

/**
 * Opens the geography table.
 *
 * @throws ArtGuardError `geography.invalid-input` for a number of proxies out of range.
 * @example
 * const geography = await openGeography({ tables, trustedProxies: 1, database: { path: "/data/country.mmdb" } });
 */
export async function openGeography(options: GeographyOptions): Promise<Geography> {
  return new Geography(await options.tables.open(defineGeographyTable(options.table)), options);
}

const ruleKey = (organizationId: string) => ({ geography_id: `ORG#${organizationId}`, entry: "rule" }) as const;
const networksKey = (organizationId: string) => ({ geography_id: `ORG#${organizationId}`, entry: "networks" }) as const;

function placeOf(address: string | undefined, answer: CountryAnswer | undefined) {
  return { ...(address !== undefined && { address }), ...(answer && { answer }) };
}

function factsOf({ reason, databaseDate }: PlaceDecision): Readonly<Record<string, string>> {
  return { reason, ...(databaseDate !== undefined && { database_date: databaseDate }) };
}

function approvalRequired(approval_id?: string): ArtGuardError {
  return new ArtGuardError("geography.approval-required", "a change of networks needs the approval of custodians", {
    details: { ...(approval_id !== undefined && { approval_id }) },
  });
}

function invalid(problem: string): ArtGuardError {
  return new ArtGuardError("geography.invalid-input", problem);
}
