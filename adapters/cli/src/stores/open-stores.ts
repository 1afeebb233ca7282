import { existsSync } from "node:fs";
import { join } from "node:path";
import { analysisTableName, type ObjectStore, type TableStore, userTableName } from "@artguard/core";
import { folder, makePrivateFolder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { UsageError } from "../usage-error.ts";
import { awsClients } from "./aws-clients.ts";
import type { Installation } from "./open-installation.ts";
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
  /** What governs the folder, where that was asked for and something does: then images are read and written through its keys. */
  readonly installation?: Installation;
}

/** File and folders of the embedded stores, as `createArtGuard` lays them out. */
export function embeddedPaths({ configuration }: Pick<StorePlace, "configuration">) {
  return {
    database: join(configuration.folder, "artguard.db"),
    objects: join(configuration.folder, "objects"),
    processedTraining: join(configuration.folder, "processed"),
  };
}

/** How the stores of a command are opened. */
export interface OpeningOptions {
  /** Make the folder when it is not there; without it a missing folder is a mistake of the caller. */
  readonly create: boolean;
  /** Open what governs the folder, too: for commands on the images and rights of people. Default false. */
  readonly governed?: boolean;
}

/** Opens the stores of a command. @throws UsageError */
export async function openStores(place: StorePlace, { create, governed = false }: OpeningOptions): Promise<Stores> {
  const { analysesTable: analysisTable, usersTable: userTable } = place.configuration;
  const opened = place.aws
    ? await openAws(place)
    : governed && isGoverned(place)
      ? await openGoverned(place)
      : await openFolder(place, create);
  return { ...opened, analysisTable, userTable };
}

/** Whether `artguard serve` keeps its records there; in tables of other names it keeps none. */
function isGoverned({ configuration: { folder, analysesTable, usersTable } }: StorePlace): boolean {
  const isOurs = analysesTable === analysisTableName("dev") && usersTable === userTableName("dev");
  return isOurs && existsSync(join(folder, "governance.keys"));
}

/** Loaded here alone: who keeps records without governance needs none of it. */
async function openGoverned({ configuration }: StorePlace): Promise<OpenedStores> {
  const [{ openInstallation }, { protectedStores }] = await Promise.all([
    import("./open-installation.ts"),
    import("./protected-stores.ts"),
  ]);
  const installation = await openInstallation(configuration.folder);
  const { tables } = installation.place;
  return {
    tables,
    ...(await protectedStores(installation)),
    processedTraining: folder({ path: embeddedPaths({ configuration }).processedTraining }),
    installation,
    [Symbol.asyncDispose]: () => installation.close(),
  };
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
