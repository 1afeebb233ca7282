import { type ArtGuard, createArtGuard, type ErrorRecord, isArtGuardError } from "@artguard/core";
import type { CloudParts } from "../cloud-parts.ts";
import { printable } from "../printable.ts";
import { type OpeningOptions, openStores, type Stores } from "./open-stores.ts";
import { type Rights, rightsOn } from "./rights.ts";
import { placeOf } from "./store-options.ts";

/** The options that every command on stores has. */
interface StoreCommand {
  readonly folder?: string | undefined;
  readonly aws: boolean;
  readonly json: boolean;
}

/**
 * Runs a command on records that are there already, and says what went wrong.
 *
 * @returns the exit status: that of the command, or 1.
 */
export async function withArtGuard(
  options: StoreCommand,
  command: (artguard: ArtGuard, stores: Stores) => Promise<number>,
  parts: CloudParts = {},
): Promise<number> {
  return await withStores(options, { create: false, governed: true }, async (stores) => {
    const { tables, raw, processed, analysisTable, userTable } = stores;
    const objects = { raw, processed };
    const artguard = await createArtGuard({ detectors: [], tables, objects, analysisTable, userTable, ...parts });
    try {
      return await command(artguard, stores);
    } finally {
      await artguard[Symbol.asyncDispose]();
    }
  });
}

/** Runs a command on the rights of people whose records are there already. @returns the exit status, as above. */
export async function withRights(options: StoreCommand, command: (rights: Rights) => Promise<number>): Promise<number> {
  return await withStores(options, { create: false, governed: true }, async (stores) =>
    command(await rightsOn(stores)),
  );
}

/** Runs a command on stores, closes them, and says what went wrong. @returns the command's exit status, or 1. */
export async function withStores(
  options: StoreCommand,
  how: OpeningOptions,
  command: (stores: Stores) => Promise<number>,
): Promise<number> {
  const place = placeOf(options);
  let stores: Stores | undefined;
  try {
    stores = await openStores(place, how);
    return await command(stores);
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), options.json);
    return 1;
  } finally {
    await stores?.[Symbol.asyncDispose]();
  }
}

/** What went wrong: of the library, or of Node. */
type Failure = Pick<ErrorRecord, "message" | "fix"> & { readonly code: string };

/** One failed command, in the form that was asked for. @param subject What it was about, for the JSON line. */
export function reportFailure(error: Failure, json: boolean, subject: { readonly request_id?: string } = {}): void {
  if (json) process.stdout.write(`${JSON.stringify({ ...subject, error })}\n`);
  else process.stderr.write(`artguard: ${printable(error.message)} (${error.code}) ${printable(error.fix)}\n`);
}
