import type { TableStore } from "../storage/table-store.ts";
import { erasureGate } from "../user/quota-gate.ts";
import { defineUserTable } from "../user/user-table.ts";
import type { AdmissionGate } from "./admission.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisStorage } from "./analysis-context.ts";
import { AnalysisRepository } from "./analysis-repository.ts";
import { type OpenStorage, openStorage, type StorageOptions } from "./open-storage.ts";
import { OpenWorkQueue } from "./open-work-queue.ts";
import { SavedImages } from "./saved-images.ts";
import { StoredUploads } from "./stored-uploads.ts";

/** What {@link openAnalysisStorage} needs to know. */
export interface AnalysisStorageOptions extends StorageOptions {
  analysisTable?: string;
  userTable?: string | false;
  admission?: AdmissionGate;
  now?: () => number;
}

/** Stores that are opened when they are first needed, once. */
export function openAnalysisStorage(options: AnalysisStorageOptions) {
  let opening: Promise<{ stores: OpenStorage; storage: AnalysisStorage }> | undefined;
  return {
    open: async (): Promise<AnalysisStorage> => {
      opening ??= open(options);
      return (await opening).storage;
    },
    /** Closes what was opened here. */
    close: async (): Promise<void> => {
      const opened = await opening?.catch(() => undefined);
      await opened?.stores[Symbol.asyncDispose]();
    },
  };
}

async function open(options: AnalysisStorageOptions) {
  const { analysisTable, userTable, now = Date.now, ...storageOptions } = options;
  const stores = await openStorage(storageOptions, now);
  const table = analysisTable === undefined ? {} : { table: analysisTable };
  const repository = await AnalysisRepository.open(stores.tables, { ...table, now });
  const admission = options.admission ?? (await defaultGate(stores.tables, userTable));
  const images = new SavedImages(stores.images);
  const uploads = userTable === false ? undefined : new StoredUploads(stores, { userTable, now });
  const onEnd = (before: Analysis, ended: Analysis) => cleanUp(before, ended, { repository, images, admission });
  const onLost = async (held: Analysis) => {
    // What was stored since the record was deleted; of one that goes on in other hands everything is theirs.
    if (!(await repository.find(held.request_id))) await images.deleteAll(held);
  };
  const queue = new OpenWorkQueue(repository, { now, onEnd, onLost });
  return { stores, storage: { repository, images, uploads, queue, admission } };
}

/** Everybody may begin but who is being erased, where there is a table of users that could say so. */
async function defaultGate(tables: TableStore, userTable?: string | false): Promise<AdmissionGate | undefined> {
  if (userTable === false) return undefined;
  const { definition } = await tables.open(defineUserTable(userTable));
  return erasureGate(tables, definition);
}

/** Of a failed analysis nothing is kept but its record; of a finished one what its owner consented to. */
async function cleanUp(
  before: Analysis,
  ended: Analysis,
  { repository, images, admission }: Pick<AnalysisStorage, "repository" | "images" | "admission">,
): Promise<void> {
  if (ended.status === "COMPLETED") {
    await images.deleteInput(before);
    // Consent that was withdrawn while the image was stored found nothing to delete.
    const isWithdrawn = async () => (await repository.find(ended.request_id))?.consent?.withdrawn_at !== undefined;
    if (ended.image_object && (await isWithdrawn())) await images.deleteAll(ended);
    return;
  }
  if (before.consent || before.input_expires_at !== undefined) await images.deleteAll(before);
  await admission?.failed(ended);
}
