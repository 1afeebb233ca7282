import { join } from "node:path";
import type { ObjectStore } from "@artguard/core";
import { makePrivateFolder, folder as objectFolder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { openLocalKeyring } from "../keys/local-keyring.ts";
import { openFolderKeys } from "./folder-keys.ts";
import type { GovernancePlace } from "./open-governance.ts";

/** A place in one folder; disposing it closes the database and wipes the keys from memory. */
export interface FolderPlace extends GovernancePlace, AsyncDisposable {
  readonly objects: ObjectStore;
}

/**
 * Stores and keys in one folder of this machine, made on first use for its owner's eyes only: `artguard.db`, `objects/`,
 * `governance.keyring` and `governance.keys`. Whoever has the folder has everything but what only custodians can open:
 * back up `governance.keys` apart, and keep checkpoints of the audit log elsewhere.
 *
 * @param path Default `.artguard`, where `createArtGuard` and the command line keep records, too.
 * @param now Clock in epoch milliseconds; default `Date.now`.
 * @throws ArtGuardError `storage.write-failed`, `keys.file-exposed`, `keys.file-damaged`
 * @example
 * await using place = await openFolderPlace(".artguard");
 * await using governance = await openGovernance({ ...place, detectors });
 */
export async function openFolderPlace(path = ".artguard", now: () => number = Date.now): Promise<FolderPlace> {
  await makePrivateFolder(path);
  const keys = await openFolderKeys(path);
  const provider = await openLocalKeyring({
    file: join(path, "governance.keyring"),
    secret: { key: Buffer.from(keys.keyring_key, "base64") },
    now,
  });
  const tables = await sqlite({ path: join(path, "artguard.db"), now });
  return {
    tables,
    objects: objectFolder({ path: join(path, "objects"), now }),
    provider,
    signingKey: keys.audit_signing_key,
    secret: Buffer.from(keys.secret, "base64"),
    [Symbol.asyncDispose]: async () => {
      provider[Symbol.dispose]();
      await tables[Symbol.asyncDispose]();
    },
  };
}
