import type { AdmissionGate } from "./admission.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisStorage } from "./analysis-context.ts";
import { AnalysisRepository } from "./analysis-repository.ts";
import { type OpenStorage, openStorage, type StorageOptions } from "./open-storage.ts";
import { OpenWorkQueue } from "./open-work-queue.ts";
import { SavedImages } from "./saved-images.ts";

/** What {@link openAnalysisStorage} needs to know. */
export interface AnalysisStorageOptions extends StorageOptions {
  analysisTable?: string;
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

async function open({ analysisTable, admission, now = Date.now, ...storageOptions }: AnalysisStorageOptions) {
  const stores = await openStorage(storageOptions, now);
  const table = analysisTable === undefined ? {} : { table: analysisTable };
  const repository = await AnalysisRepository.open(stores.tables, { ...table, now });
  const images = new SavedImages(stores.images);
  const onEnd = (before: Analysis, ended: Analysis) => cleanUp(before, ended, { images, admission });
  return { stores, storage: { repository, images, queue: new OpenWorkQueue(repository, { now, onEnd }) } };
}

/** Of a failed analysis nothing is kept but its record; of a finished one what its owner consented to. */
async function cleanUp(
  before: Analysis,
  ended: Analysis,
  { images, admission }: { images: SavedImages; admission: AdmissionGate | undefined },
): Promise<void> {
  if (ended.status === "COMPLETED") return images.deleteInput(before);
  if (before.consent || before.input_expires_at !== undefined) await images.deleteAll(before);
  await admission?.failed(ended);
}
