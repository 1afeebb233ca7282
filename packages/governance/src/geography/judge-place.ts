import type { CountryAnswer } from "./country-database.ts";
import type { PlaceRule } from "./geography-table.ts";
import { isInNetworks } from "./network-list.ts";

/** Whether an organisation admits a request from somewhere, and by what. */
export interface PlaceDecision {
  readonly admitted: boolean;
  readonly reason: "network" | "country" | "other-country" | "unknown-country" | "stale-database" | "missing-database";
  /** ISO date of the country data. */
  readonly databaseDate?: string;
}

/**
 * Decides by an organisation's rule: its networks come first, then the state of the database, then the country.
 *
 * @param place Address of the client, in canonical form, and what the country database says of it.
 * @example
 * const rule = { countries: ["CR"], unknown_country: "refuse", stale_database: "refuse", missing_database: "refuse" } as const;
 * const { admitted, reason } = judgePlace({ ...rule, countries: ["CR"] }, ["192.0.2.0/24"], { address: "192.0.2.7" });
 */
export function judgePlace(
  rule: PlaceRule,
  networks: readonly string[],
  { address, answer }: { readonly address?: string; readonly answer?: CountryAnswer },
): PlaceDecision {
  if (address !== undefined && isInNetworks(networks, address)) return { admitted: true, reason: "network" };
  if (address === undefined) return { admitted: rule.unknown_country === "admit", reason: "unknown-country" };
  const { country, state = "unusable", databaseDate } = answer ?? {};
  const dated = databaseDate === undefined ? {} : { databaseDate };
  if (state === "unusable") return { admitted: rule.missing_database === "admit", reason: "missing-database" };
  if (state === "stale" && rule.stale_database === "refuse") {
    return { admitted: false, reason: "stale-database", ...dated };
  }
  if (country === undefined) return { admitted: rule.unknown_country === "admit", reason: "unknown-country", ...dated };
  const admitted = rule.countries.includes(country);
  return { admitted, reason: admitted ? "country" : "other-country", ...dated };
}
