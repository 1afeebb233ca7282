import { readFile, stat } from "node:fs/promises";
import { ArtGuardError } from "@artguard/core";
import { type CountryResponse, Reader } from "mmdb-lib";

/** Options of {@link CountryDatabase}. */
export interface CountryDatabaseOptions {
  /** A country file in MaxMind DB format (.mmdb), which the operator supplies and renews. */
  readonly path: string;
  /** Age of the data from which they are stale; default 45 days. */
  readonly staleAfterMs?: number;
  /** How often the file is looked at for a newer one; default 60 000 ms. */
  readonly checkEveryMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Whether the database can be believed. */
export type DatabaseState = "current" | "stale" | "unusable";

/** What the database says of an address. */
export interface CountryAnswer {
  /** ISO 3166-1 alpha-2; absent when it does not know. */
  readonly country?: string;
  readonly state: DatabaseState;
  /** ISO date of the data; absent where there are none. */
  readonly databaseDate?: string;
}

interface Loaded {
  readonly reader: Reader<CountryResponse>;
  readonly builtAt: number;
  /** Tells this file from its successor. */
  readonly version: string;
}

const staleAfterMs = 45 * 86_400_000;
const mostBytes = 512 * 1024 * 1024;
const countryForm = /^[A-Z]{2}$/;

/**
 * Countries of addresses, from a file of the operator. A file that takes its place is read within a minute; one that
 * cannot be read is reported in every answer, and the data read before it are used no longer. It is a signal for a policy,
 * no proof of where somebody is.
 *
 * @example
 * const database = new CountryDatabase({ path: "/data/country.mmdb" });
 * const { country, state } = await database.find("192.0.2.7");
 */
export class CountryDatabase {
  readonly #path: string;
  readonly #staleAfterMs: number;
  readonly #checkEveryMs: number;
  readonly #now: () => number;
  #loaded: Loaded | undefined;
  #checkedAt: number | undefined;
  #checking: Promise<void> | undefined;

  constructor(options: CountryDatabaseOptions) {
    this.#path = options.path;
    this.#staleAfterMs = options.staleAfterMs ?? staleAfterMs;
    this.#checkEveryMs = options.checkEveryMs ?? 60_000;
    this.#now = options.now ?? Date.now;
  }

  /** The country of an address. Nothing is thrown: a database that cannot be used is an answer. */
  async find(address: string): Promise<CountryAnswer> {
    await this.#refresh();
    if (!this.#loaded) return { state: "unusable" };
    const { reader, builtAt } = this.#loaded;
    const state = this.#now() - builtAt > this.#staleAfterMs ? "stale" : "current";
    const country = countryIn(reader, address);
    return { ...(country !== undefined && { country }), state, databaseDate: dateOf(builtAt) };
  }

  async #refresh(): Promise<void> {
    const isDue = this.#checkedAt === undefined || this.#now() - this.#checkedAt >= this.#checkEveryMs;
    if (isDue && !this.#checking) {
      this.#checkedAt = this.#now();
      this.#checking = this.#check().finally(() => {
        this.#checking = undefined;
      });
    }
    await this.#checking;
  }

  async #check(): Promise<void> {
    try {
      this.#loaded = await load(this.#path, this.#loaded);
    } catch {
      this.#loaded = undefined;
    }
  }
}

/** Reads a database, unless it is the one that was read already. @throws ArtGuardError `geography.database-unusable` */
async function load(path: string, before?: Loaded): Promise<Loaded> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    const version = `${ino}/${size}/${mtimeMs}`;
    if (version === before?.version) return before;
    if (size > mostBytes) throw new Error(`more than ${mostBytes} bytes`);
    const reader = new Reader<CountryResponse>(await readFile(path));
    // A file of another kind says so in its metadata, one that is cut off fails at its first addresses.
    countryOf(reader.get("192.0.2.1"));
    return { reader, builtAt: reader.metadata.buildEpoch.getTime(), version };
  } catch (cause) {
    throw new ArtGuardError("geography.database-unusable", "the country database cannot be read", { cause });
  }
}

/** What is found out about a database file. @throws ArtGuardError `geography.database-unusable` */
export async function describeDatabase(path: string) {
  const { reader, builtAt } = await load(path);
  const { databaseType, ipVersion, nodeCount } = reader.metadata;
  return { databaseType, ipVersion, nodeCount, builtAt, date: dateOf(builtAt) };
}

function countryIn(reader: Reader<CountryResponse>, address: string): string | undefined {
  try {
    return countryOf(reader.get(address));
  } catch {
    return undefined;
  }
}

/** Where the address is used; where it is registered only may be another country. */
function countryOf(response: CountryResponse | null): string | undefined {
  const code = response?.country?.iso_code;
  return typeof code === "string" && countryForm.test(code) ? code : undefined;
}

function dateOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
