import { z } from "zod";
import { residencies } from "../bedrock/residency.ts";
import { languages } from "../vision/explanation.ts";

/** One setting that comes from the environment. */
export interface Setting {
  /** Environment variable. */
  readonly variable: string;
  /** What it sets, in a sentence. */
  readonly meaning: string;
  /** What holds without it, in words. */
  readonly whenAbsent: string;
  /** A secret is never printed. */
  readonly secret?: true;
  /** What a value must match. */
  readonly schema: z.ZodType<string>;
}

const environmentName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,19}$/, "must be 1–20 of a–z, 0–9 and -");
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be an AWS region such as ca-central-1");
/** Letters that DynamoDB allows in a table's name, 3–255 of them. */
const tableName = z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/, "must be 3–255 of a–z, A–Z, 0–9, _ . -");
/** What S3 allows in a bucket's name. */
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be an S3 bucket name");
const endpoint = z.url({ protocol: /^https?$/, error: "must be an http or https address" });
const secret = z.string().min(32, "must have 32 characters or more");
const text = z.string().min(1, "must not be empty");
/** As Bedrock names knowledge bases and their data sources. */
const bedrockId = z.string().regex(/^[0-9A-Za-z]{10}$/, "must be ten letters and digits");
/** What a header of HTTP can carry. */
const token = z.string().regex(/^[\x21-\x7e]+$/, "must be letters, digits and marks without spaces");
const dollars = z.string().regex(/^\d+(\.\d+)?$/, "must be an amount such as 2.50");
const oneOf = (names: readonly string[]) => z.enum(names, { error: `must be one of ${names.join(", ")}` });

/** Every setting that is read from the environment, by its place in {@link Configuration}. */
export const settings = {
  environment: {
    variable: "ARTGUARD_ENV",
    meaning: "The environment's name, the `{env}` in the names of tables and buckets.",
    whenAbsent: "`dev`",
    schema: environmentName,
  },
  folder: {
    variable: "ARTGUARD_FOLDER",
    meaning: "Folder of the embedded stores (SQLite file and objects).",
    whenAbsent: "`.artguard` in the working folder",
    schema: text,
  },
  region: {
    variable: "AWS_REGION",
    meaning: "AWS region of tables, buckets and models.",
    whenAbsent: "`ca-central-1`",
    schema: region,
  },
  analysesTable: {
    variable: "DYNAMODB_IMAGE_ANALYSIS_TABLE",
    meaning: "Name of the table of analyses.",
    whenAbsent: "`artguard-image-analysis-{env}`",
    schema: tableName,
  },
  usersTable: {
    variable: "DYNAMODB_USERS_TABLE",
    meaning: "Name of the table of users.",
    whenAbsent: "`artguard-users-{env}`",
    schema: tableName,
  },
  rawBucket: {
    variable: "ARTGUARD_RAW_BUCKET",
    meaning: "Bucket of the images as they came.",
    whenAbsent: "`artguard-images-raw-{env}`",
    schema: bucketName,
  },
  processedBucket: {
    variable: "ARTGUARD_PROCESSED_BUCKET",
    meaning: "Bucket of the preprocessed copies.",
    whenAbsent: "`artguard-images-processed-{env}`",
    schema: bucketName,
  },
  knowledgeBaseBucket: {
    variable: "ARTGUARD_KNOWLEDGE_BASE_BUCKET",
    meaning: "Bucket of the documents that explanations may cite.",
    whenAbsent: "`artguard-knowledge-base-{env}`",
    schema: bucketName,
  },
  dynamodbEndpoint: {
    variable: "ARTGUARD_DYNAMODB_ENDPOINT",
    meaning: "Address of DynamoDB, for example of DynamoDB Local.",
    whenAbsent: "the region's own",
    schema: endpoint,
  },
  s3Endpoint: {
    variable: "ARTGUARD_S3_ENDPOINT",
    meaning: "Address of S3 or of a store that speaks its protocol.",
    whenAbsent: "the region's own",
    schema: endpoint,
  },
  kmsKey: {
    variable: "ARTGUARD_KMS_KEY",
    meaning: "Id, ARN or alias of the key of AWS KMS that wraps the keys of stored images.",
    whenAbsent: "required by the functions of `examples/lambda`",
    schema: text,
  },
  keysSecret: {
    variable: "ARTGUARD_KEYS_SECRET",
    meaning: "Name or ARN of the secret of AWS Secrets Manager that holds the keys of the installation.",
    whenAbsent: "required by the functions of `examples/lambda`",
    schema: text,
  },
  queueUrl: {
    variable: "ARTGUARD_QUEUE_URL",
    meaning: "URL of the SQS queue in which submitted analyses are announced to workers.",
    whenAbsent: "workers look into the store",
    schema: endpoint,
  },
  bedrockModel: {
    variable: "ARTGUARD_BEDROCK_MODEL",
    meaning: "Model or inference profile that explains a verdict.",
    whenAbsent: "no vision model",
    schema: text,
  },
  bedrockRegion: {
    variable: "ARTGUARD_BEDROCK_REGION",
    meaning: "AWS region of Bedrock: of the model and of the knowledge base.",
    whenAbsent: "`AWS_REGION`",
    schema: region,
  },
  bedrockEndpoint: {
    variable: "ARTGUARD_BEDROCK_ENDPOINT",
    meaning: "Address of Bedrock, for example of a fake.",
    whenAbsent: "the region's own",
    schema: endpoint,
  },
  bedrockBudget: {
    variable: "ARTGUARD_BEDROCK_BUDGET_USD",
    meaning: "Most US dollars that this process spends on the model in a day (UTC).",
    whenAbsent: "no ceiling",
    schema: dollars,
  },
  residency: {
    variable: "ARTGUARD_RESIDENCY",
    meaning: `The area that pictures must not leave for a model on Bedrock: ${residencies.join(", ")}. Of an endpoint on Modal nobody can tell.`,
    whenAbsent: "any region and profile",
    schema: oneOf(residencies),
  },
  knowledgeBaseId: {
    variable: "ARTGUARD_KNOWLEDGE_BASE_ID",
    meaning: "Bedrock Knowledge Base whose passages explanations may cite.",
    whenAbsent: "the folder `knowledge` in `ARTGUARD_FOLDER`",
    schema: bedrockId,
  },
  knowledgeBaseDataSource: {
    variable: "ARTGUARD_KNOWLEDGE_BASE_DATA_SOURCE",
    meaning: "Data source of it that reads the bucket of documents; `artguard knowledge sync` has it read anew.",
    whenAbsent: "ingestion is started by hand",
    schema: bedrockId,
  },
  language: {
    variable: "ARTGUARD_LANGUAGE",
    meaning: `Language of explanations: ${languages.join(", ")}.`,
    whenAbsent: "`en`",
    schema: oneOf(languages),
  },
  modalEndpoint: {
    variable: "ARTGUARD_MODAL_ENDPOINT",
    meaning: "Address of a detector of your own on Modal.",
    whenAbsent: "no remote detector",
    schema: endpoint,
  },
  modalKey: {
    variable: "ARTGUARD_MODAL_KEY",
    meaning: "Key of Modal's proxy authentication (`wk-…`).",
    whenAbsent: "required with `ARTGUARD_MODAL_ENDPOINT`",
    secret: true,
    schema: token,
  },
  modalSecret: {
    variable: "ARTGUARD_MODAL_SECRET",
    meaning: "Secret that belongs to that key (`ws-…`).",
    whenAbsent: "required with `ARTGUARD_MODAL_ENDPOINT`",
    secret: true,
    schema: token,
  },
  cursorKey: {
    variable: "ARTGUARD_CURSOR_KEY",
    meaning: "Key that signs the cursors of pages; every instance of a service needs the same.",
    whenAbsent: "one created in the embedded store; required with DynamoDB",
    secret: true,
    schema: secret,
  },
  apiKeySecret: {
    variable: "ARTGUARD_API_KEY_SECRET",
    meaning: "Secret of the hashes of API keys; changing it invalidates every key.",
    whenAbsent: "no API keys can be issued or checked",
    secret: true,
    schema: secret,
  },
} as const satisfies Record<string, Setting>;
