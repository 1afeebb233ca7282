import { checkStore, type StoreCheck } from "@artguard/core";
import { describeDatabase } from "./country-database.ts";

const staleAfterMs = 45 * 86_400_000;
const renew = "Download the newest file of your provider and put it in this one's place; it is read within a minute.";

/**
 * Looks at a country database, for `artguard doctor`: whether it can be read, is of countries or cities, and how old it is.
 *
 * @param options.staleAfterMs Default 45 days.
 * @example
 * const checks = await checkGeographyDatabase("/data/country.mmdb");
 */
export async function checkGeographyDatabase(
  path: string,
  options: { readonly staleAfterMs?: number; readonly now?: () => number } = {},
): Promise<StoreCheck[]> {
  const subject = `country database ${path}`;
  const { now = Date.now } = options;
  const limitMs = options.staleAfterMs ?? staleAfterMs;
  return [
    await checkStore(subject, "file", async () => {
      const { databaseType, ipVersion, nodeCount } = await describeDatabase(path);
      const message = `${databaseType}, IPv${ipVersion}, ${nodeCount} nodes`;
      return /country|city/i.test(databaseType) ? message : { message, fix: "Use a database of countries or cities." };
    }),
    await checkStore(subject, "age", async () => {
      const { builtAt, date } = await describeDatabase(path);
      const days = Math.floor((now() - builtAt) / 86_400_000);
      const message = `built on ${date}, ${days} days ago`;
      return now() - builtAt > limitMs ? { message: `${message}: stale`, fix: renew } : message;
    }),
  ];
}
