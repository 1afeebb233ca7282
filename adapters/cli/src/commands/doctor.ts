import { existsSync } from "node:fs";
import { type BucketRole, defineAnalysisTable, defineUserTable, type StoreCheck } from "@artguard/core";
import { checkObjectFolder } from "@artguard/core/filesystem";
import { checkSqliteFile, checkSqliteTable } from "@artguard/core/sqlite";
import type { Call } from "../command-line/declare-command.ts";
import type { doctorCommand } from "../declarations/operation.ts";
import { liveChecks } from "../live-checks.ts";
import { printable } from "../printable.ts";
import { awsClients } from "../stores/aws-clients.ts";
import { embeddedPaths } from "../stores/open-stores.ts";
import { placeOf, type StorePlace } from "../stores/store-options.ts";

/**
 * `artguard doctor`: looks whether the stores are what the library expects, and says how to mend what is not. With
 * `--live` the configured model, remote detector and knowledge base are called once, too.
 *
 * @returns the exit status: 1 when there is a problem, or something that could not be looked at.
 * @throws UsageError
 */
export async function doctor({ values }: Call<typeof doctorCommand>): Promise<number> {
  const place = placeOf(values);
  const checks = place.aws ? await checkAws(place) : await checkFolder(place);
  if (values.live) checks.push(...(await liveChecks(place.configuration)));
  for (const check of checks) process.stdout.write(values.json ? `${JSON.stringify(check)}\n` : textOf(check));
  return checks.every(({ status }) => status === "ok") ? 0 : 1;
}

async function checkFolder(place: StorePlace): Promise<StoreCheck[]> {
  const { database, objects, processedTraining } = embeddedPaths(place);
  const { analysesTable, usersTable, folder } = place.configuration;
  if (!existsSync(database)) {
    const message = "does not exist yet; it is made when the first record is kept";
    return [{ subject: `folder ${folder}`, what: "stores", status: "ok", message }];
  }
  return [
    ...(await checkSqliteFile(database)),
    await checkSqliteTable(database, defineAnalysisTable(analysesTable)),
    await checkSqliteTable(database, defineUserTable(usersTable)),
    ...(await checkObjectFolder(objects)),
    // Made by the first upload of training images.
    ...(existsSync(processedTraining) ? await checkObjectFolder(processedTraining) : []),
  ];
}

async function checkAws({ configuration }: StorePlace): Promise<StoreCheck[]> {
  const clients = await awsClients(configuration);
  const [{ checkDynamoDBTable }, { checkS3Bucket }] = await Promise.all([
    import("@artguard/core/dynamodb"),
    import("@artguard/core/s3"),
  ]);
  const { analysesTable, usersTable, region, rawBucket, processedBucket, knowledgeBaseBucket } = configuration;
  const buckets: readonly (readonly [string, BucketRole])[] = [
    [rawBucket, "raw"],
    [processedBucket, "processed"],
    [knowledgeBaseBucket, "knowledge_base"],
  ];
  try {
    const tables = [
      ...(await checkDynamoDBTable(defineAnalysisTable(analysesTable), { client: clients.dynamodb })),
      ...(await checkDynamoDBTable(defineUserTable(usersTable), { client: clients.dynamodb })),
    ];
    const found: StoreCheck[] = [];
    for (const [bucket, role] of buckets)
      found.push(...(await checkS3Bucket({ client: clients.s3, bucket, role, region })));
    return [...tables, ...found];
  } finally {
    clients.close();
  }
}

function textOf({ subject, what, status, message, fix }: StoreCheck): string {
  const line = `${status.padEnd(7)} ${printable(subject)}, ${what}: ${printable(message)}\n`;
  return fix === undefined ? line : `${line}        ${printable(fix)}\n`;
}
