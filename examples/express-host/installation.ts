import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forensicDetectors } from "@artguard/forensics";
import { openFolderPlace, openGovernance } from "@artguard/governance";

/** ArtGuard in a folder that is gone afterwards, with one user and an API key. */
export async function install() {
  const folder = await mkdtemp(join(tmpdir(), "artguard-host-"));
  const place = await openFolderPlace(folder);
  const governance = await openGovernance({ ...place, detectors: forensicDetectors(), geography: {} });
  const ada = await governance.users.create({ user_id: "ada", email: "ada@example.org" });
  const { key } = await governance.apiKeys.create(ada.user_id, "example");
  const remove = async () => {
    await governance[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
  return { governance, key, remove };
}
