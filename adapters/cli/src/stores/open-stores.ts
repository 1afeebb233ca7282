import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ObjectStore, TableStore } from "@artguard/core";
import { folder, makePrivateFolder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { UsageError } from "../usage-error.ts";
import { awsClients } from "./aws-clients.ts";
import type { StorePlace } from "./store-options.ts";

/** The stores of a command; disposing them closes what was opened. */
export interface Stores extends AsyncDisposable {
  readonly tables: TableStore;
  readonly raw: ObjectStore;
  /** Copies of images of analyses. In the folder they lie beside their originals. */
  readonly processed: ObjectStore;
  /** Copies of training images. */
  readonly processedTraining: ObjectStore;
  readonly analysisTable: string;
  readonly userTable: string;
}

/** File and folders of the embedded stores, as `createArtGuard` lays them out. */
export function embeddedPaths({ configuration }: Pick<StorePlace, "configuration">) {
  return {
    database: join(configuration.folder, "artguard.db"),
    objects: join(configuration.folder, "objects"),
    processedTraining: join(configuration.folder, "processed"),
  };
}

/**
 * Opens the stores of a command.
 *
 * @param options.create Make the folder when it is not there; without it a missing folder is a mistake of the caller.
 * @throws UsageError
 */
export async function openStores(place: StorePlace, options: { readonly create: boolean }): Promise<Stores> {
  const { analysesTable: analysisTable, usersTable: userTable } = place.configuration;
  const opened = place.aws ? await openAws(place) : await openFolder(place, options.create);
  return { ...opened, analysisTable, userTable };
}

type OpenedStores = Omit<Stores, "analysisTable" | "userTable">;

async function openFolder(place: StorePlace, create: boolean): Promise<OpenedStores> {
  const paths = embeddedPaths(place);
  if (!create && !existsSync(paths.database)) {
    throw new UsageError(
      `there are no records in ${place.configuration.folder}; \`artguard scan --keep\` makes some, --folder names another place`,
    );
  }
  if (create) await makePrivateFolder(place.configuration.folder);
  const tables = await sqlite({ path: paths.database });
  const raw = folder({ path: paths.objects });
  return {
    tables,
    raw,
    processed: raw,
    processedTraining: folder({ path: paths.processedTraining }),
    [Symbol.asyncDispose]: () => tables[Symbol.asyncDispose](),
  };
}

async function openAws({ configuration }: StorePlace): Promise<OpenedStores> {
  const { cursorKey } = configuration;
  if (cursorKey === undefined) throw new UsageError("--aws needs ARTGUARD_CURSOR_KEY; see docs/configuration.md");
  const [{ dynamodb }, { s3 }] = await Promise.all([import("@artguard/core/dynamodb"), import("@artguard/core/s3")]);
  const clients = await awsClients(configuration);
  const tables = dynamodb({ client: clients.dynamodb, cursorKey: new TextEncoder().encode(cursorKey) });
  const processed = s3({ client: clients.s3, bucket: configuration.processedBucket });
  return {
    tables,
    raw: s3({ client: clients.s3, bucket: configuration.rawBucket }),
    processed,
    processedTraining: processed,
    [Symbol.asyncDispose]: async () => {
      await tables[Symbol.asyncDispose]();
      clients.close();
    },
  };
}
