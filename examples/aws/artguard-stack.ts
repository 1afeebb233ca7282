import { type Configuration, defineAnalysisTable, defineUserTable } from "@artguard/core";
import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import { addAlarms } from "./add-alarms.ts";
import { addBucket } from "./add-bucket.ts";
import { addFunctions, addRoles, type FunctionCode } from "./add-functions.ts";
import { addTable } from "./add-table.ts";
import { functionNames } from "./permissions.ts";
import type { Storage } from "./storage.ts";

/** Options of {@link ArtGuardStack}. */
export interface ArtGuardStackOptions {
  /** Names and region, for example from `loadConfiguration()`. */
  readonly configuration: Configuration;
  /** Functions to deploy here; their roles are made in any case. Default none. */
  readonly code?: FunctionCode;
}

/** Tables, buckets, roles, functions and alarms of one environment. */
export class ArtGuardStack extends Stack {
  constructor(scope: App, id: string, { configuration, code = {} }: ArtGuardStackOptions) {
    super(scope, id, { env: { region: configuration.region }, terminationProtection: true });
    const analyses = defineAnalysisTable(configuration.analysesTable);
    const users = defineUserTable(configuration.usersTable);
    const storage: Storage = {
      analyses: addTable(this, "Analyses", analyses),
      users: addTable(this, "Users", users),
      raw: addBucket(this, "Raw", "raw", configuration.rawBucket),
      processed: addBucket(this, "Processed", "processed", configuration.processedBucket),
      knowledgeBase: addBucket(this, "KnowledgeBase", "knowledge_base", configuration.knowledgeBaseBucket),
    };
    const roles = addRoles(this, storage);
    const functions = addFunctions(this, code, roles, storage, environmentOf(configuration));
    addAlarms(this, [analyses.name, users.name], functions);
    for (const name of functionNames) new CfnOutput(this, `${name}RoleArn`, { value: roles[name].roleArn });
  }
}

/** What a function needs to find the stores. Secrets are not among it: a function reads them from a secret store. */
function environmentOf(configuration: Configuration): Record<string, string> {
  return {
    ARTGUARD_ENV: configuration.environment,
    DYNAMODB_IMAGE_ANALYSIS_TABLE: configuration.analysesTable,
    DYNAMODB_USERS_TABLE: configuration.usersTable,
    ARTGUARD_RAW_BUCKET: configuration.rawBucket,
    ARTGUARD_PROCESSED_BUCKET: configuration.processedBucket,
    ARTGUARD_KNOWLEDGE_BASE_BUCKET: configuration.knowledgeBaseBucket,
  };
}
