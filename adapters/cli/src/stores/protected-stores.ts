import { isArtGuardError, type ObjectStore } from "@artguard/core";
import { isEncryptedObject, openProtectedImages, owningEntity } from "@artguard/governance";
import type { OpenInstallation } from "./open-installation.ts";

/** The images of an installation, as `artguard serve` keeps them: encrypted. What `scan --keep` put beside them is read as it is. */
export async function protectedStores({
  place,
  governance: { keys },
}: OpenInstallation): Promise<{ raw: ObjectStore; processed: ObjectStore }> {
  const { tables, objects } = place;
  const options = { tables, objects, keys, protection: "envelope", entityOf: owningEntity } as const;
  const { raw, processed } = (await openProtectedImages(options)).objects;
  return { raw: readingPlain(raw, objects), processed: readingPlain(processed, objects) };
}

/** Also gets what was never encrypted; everything else is the protected store's. */
function readingPlain(store: ObjectStore, plain: ObjectStore): ObjectStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "get") return get;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

  async function get(...asked: Parameters<ObjectStore["get"]>): Promise<Uint8Array> {
    try {
      return await store.get(...asked);
    } catch (error) {
      if (!isArtGuardError(error, "storage.corrupt")) throw error;
      const bytes = await plain.get(...asked);
      if (isEncryptedObject(bytes)) throw error;
      return bytes;
    }
  }
}
