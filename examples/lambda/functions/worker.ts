// Started by a queue whose messages name submitted analyses: {"request_id": "…"}.
import { Admissions, createArtGuard, defineAnalysisTable, defineUserTable, quotaGate } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { sqsBatchHandler } from "@artguard/lambda";
import { buckets, tables } from "./stores.ts";

const stores = tables();
const users = await stores.tables.open(defineUserTable(stores.userTable));
const analyses = await stores.tables.open(defineAnalysisTable(stores.analysisTable));
const artguard = await createArtGuard({
  detectors: forensicDetectors(),
  objects: buckets(),
  ...stores,
  // What fails by no fault of its owner is given back to their quota.
  admission: quotaGate(new Admissions({ store: stores.tables, users, analyses })),
});

export const handler = sqsBatchHandler({ artguard });
