import { type Configuration, defineAnalysisTable, defineUserTable } from "@artguard/core";
import { governanceTables } from "@artguard/governance";
import { type App, CfnOutput, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
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
      governed: governanceTables((table) => addTable(this, idOf(table.name), table), configuration.environment),
      raw: addBucket(this, "Raw", "raw", configuration.rawBucket),
      processed: addBucket(this, "Processed", "processed", configuration.processedBucket),
      knowledgeBase: addBucket(this, "KnowledgeBase", "knowledge_base", configuration.knowledgeBaseBucket),
      wrapping: new Key(this, "Wrapping", { enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN }),
      // What CDK puts there is no key: see the README.
      keys: new Secret(this, "InstallationKeys", { removalPolicy: RemovalPolicy.RETAIN }),
    };
    const roles = addRoles(this, storage);
    const environment = environmentOf(configuration, storage);
    const functions = addFunctions(this, code, roles, storage, environment);
    const governed = governanceTables(({ name }) => name, configuration.environment);
    addAlarms(this, [analyses.name, users.name, ...governed], functions);
    new CfnOutput(this, "keysSecretArn", { value: storage.keys.secretArn });
    for (const name of functionNames) new CfnOutput(this, `${name}RoleArn`, { value: roles[name].roleArn });
  }
}

/** `AuditEntries` for `artguard-audit-entries-prod`. */
function idOf(tableName: string): string {
  const words = tableName.split("-").slice(1, -1);
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}

/** What a function needs to find the stores. Secrets are not among it, only where they are. */
function environmentOf(configuration: Configuration, { wrapping, keys }: Storage): Record<string, string> {
  return {
    ARTGUARD_ENV: configuration.environment,
    DYNAMODB_IMAGE_ANALYSIS_TABLE: configuration.analysesTable,
    DYNAMODB_USERS_TABLE: configuration.usersTable,
    ARTGUARD_RAW_BUCKET: configuration.rawBucket,
    ARTGUARD_PROCESSED_BUCKET: configuration.processedBucket,
    ARTGUARD_KNOWLEDGE_BASE_BUCKET: configuration.knowledgeBaseBucket,
    ARTGUARD_KMS_KEY: wrapping.keyArn,
    ARTGUARD_KEYS_SECRET: keys.secretArn,
  };
}
