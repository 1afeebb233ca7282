import { type ArtGuard, createArtGuard, isArtGuardError } from "@artguard/core";
import { printable } from "../printable.ts";
import { openStores, type Stores } from "./open-stores.ts";
import { placeOf } from "./store-options.ts";

/**
 * Runs a command on records that are there already, and says what went wrong.
 *
 * @returns the exit status: that of the command, or 1.
 */
export async function withArtGuard(
  options: { folder?: string | undefined; aws: boolean; json: boolean },
  command: (artguard: ArtGuard, stores: Stores) => Promise<number>,
): Promise<number> {
  const place = placeOf(options);
  try {
    await using stores = await openStores(place, { create: false });
    const { tables, raw, processed, analysisTable } = stores;
    await using artguard = await createArtGuard({
      detectors: [],
      tables,
      objects: { raw, processed },
      analysisTable,
    });
    return await command(artguard, stores);
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), options.json);
    return 1;
  }
}

/** One failed command, in the form that was asked for. */
export function reportFailure(error: { code: string; message: string; fix: string }, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ error })}\n`);
  else process.stderr.write(`artguard: ${printable(error.message)} (${error.code}) ${printable(error.fix)}\n`);
}
