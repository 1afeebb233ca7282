import {
  AnalysisRepository,
  type ImageStores,
  isArtGuardError,
  type ObjectStore,
  parseObjectKey,
  type TableStore,
} from "@artguard/core";
import type { EntityOf } from "../approvals/entity-of.ts";
import type { DataKeys } from "../keys/data-keys.ts";
import { encryptedObjects } from "../keys/encrypted-object-store.ts";
import type { EntityKeys } from "../keys/entity-keys.ts";
import type { Protection } from "../keys/key-table.ts";

/** Options of {@link openProtectedImages}. */
export interface ProtectedImagesOptions {
  /** Where the records of analyses are, as in `createArtGuard`. */
  readonly tables: TableStore;
  /** Where ciphertext is kept, in one store or two. */
  readonly objects: ObjectStore | ImageStores;
  readonly keys: Pick<EntityKeys, "dataKeys" | "platformDataKeys">;
  readonly protection: Protection;
  /** Whose keys protect the images of an analysis. */
  readonly entityOf: EntityOf;
  /** Name of the table of analyses; default `artguard-image-analysis-dev`. */
  readonly analysisTable?: string;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** The images of analyses, encrypted for whom they belong to. */
export interface ProtectedImages {
  /** For `createArtGuard` and `createGovernance`. */
  readonly objects: ImageStores;
  /** The originals, read with keys that were opened for one operation. */
  originalsWith(keys: DataKeys): ObjectStore;
}

/** Held before there is a record that could say whose it is. No entity has this name. */
const heldInput = { owner: "artguard#held-inputs", purpose: "work" } as const;

/**
 * Encrypts the images of analyses for the entity that guards each. The input of a submitted job, held until it ends, is
 * encrypted for the platform also where the protection is `tripartite`: the platform has to analyse it. With `none` nothing
 * is encrypted.
 *
 * @example
 * const images = await openProtectedImages({ tables, objects, keys, protection: "managed", entityOf: owningEntity });
 * const artguard = await createArtGuard({ detectors, tables, objects: images.objects });
 */
export async function openProtectedImages(options: ProtectedImagesOptions): Promise<ProtectedImages> {
  const { tables, objects, keys, protection, entityOf, analysisTable, now } = options;
  const analyses = await AnalysisRepository.open(tables, {
    ...(analysisTable !== undefined && { table: analysisTable }),
    ...(now && { now }),
  });
  const contextOf = async (key: string) => {
    if (isHeldInput(key)) return heldInput;
    const owner = await guardianOf(key, analyses, entityOf);
    return owner === undefined ? undefined : { owner, purpose: "analysis" };
  };
  const stores = "raw" in objects ? objects : { raw: objects, processed: objects };
  if (protection === "none") return { objects: stores, originalsWith: () => stores.raw };
  const keysOf = (key: string) =>
    protection === "envelope" || isHeldInput(key) ? keys.platformDataKeys : keys.dataKeys;
  const raw = encryptedObjects(stores.raw, keysOf, { bucket: "raw", contextOf });
  const processed =
    stores.processed === stores.raw
      ? raw
      : encryptedObjects(stores.processed, keysOf, { bucket: "processed", contextOf });
  return {
    objects: { raw, processed },
    originalsWith: (opened) => encryptedObjects(stores.raw, opened, { bucket: "raw", contextOf }),
  };
}

/** Undefined when the key is of no analysis, or of one that is gone. */
async function guardianOf(key: string, analyses: AnalysisRepository, entityOf: EntityOf): Promise<string | undefined> {
  const place = parseObjectKey(key);
  if (place?.kind !== "inference") return undefined;
  try {
    const { request_id: id, user_id } = await analyses.get(place.request_id);
    return entityOf({ kind: "analysis", id, ...(user_id !== undefined && { ownerId: user_id }) });
  } catch (error) {
    if (isArtGuardError(error, "analysis.not-found")) return undefined;
    throw error;
  }
}

function isHeldInput(key: string): boolean {
  const place = parseObjectKey(key);
  return place?.kind === "inference" && place.name.startsWith("input.");
}
