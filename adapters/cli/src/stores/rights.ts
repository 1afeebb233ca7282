import { type ErasureReceipt, openPrivacy, type Privacy } from "@artguard/core";
import type { Installation } from "./open-installation.ts";
import type { Stores } from "./open-stores.ts";

/** What can be asked for of the records of people. */
export type Rights = Pick<Privacy, "sweepExpired" | "resumeErasures"> & {
  erase(userId: Parameters<Privacy["eraseUser"]>[0]): Promise<ErasureReceipt>;
  export(userId: Parameters<Privacy["exportUser"]>[0]): Promise<ReturnType<Privacy["exportUser"]>>;
};

/** On governed stores as operations: an erasure reaches keys, grants, identity and pseudonym, and all is in the audit log. */
export async function rightsOn({ installation, ...stores }: Stores): Promise<Rights> {
  const { tables, raw, processed, userTable, analysisTable } = stores;
  const privacy = await openPrivacy({ tables, objects: { raw, processed }, userTable, analysisTable });
  if (installation) return governedRights(installation, privacy);
  return {
    ...privacy,
    erase: (userId) => privacy.eraseUser(userId),
    export: async (userId) => privacy.exportUser(userId),
  };
}

function governedRights({ governance: { core }, run }: Installation, privacy: Privacy): Rights {
  let ended: readonly ErasureReceipt[] = [];
  return {
    erase: (userId) => run(core.user.erase, { userId }),
    export: async (userId) => {
      await run(core.user.export, { userId });
      // Of this folder also what was never encrypted.
      return privacy.exportUser(userId);
    },
    sweepExpired: async ({ limit, cursor } = {}) => {
      const asked = { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) };
      const { erasures, reservations_released: _, ...swept } = await run(core.service.sweep, asked);
      ended = erasures;
      return swept;
    },
    // A sweep's last part has ended them already.
    resumeErasures: async () => [...ended],
  };
}
