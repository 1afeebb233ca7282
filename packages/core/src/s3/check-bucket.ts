import { randomUUID } from "node:crypto";
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
  type LifecycleRule as S3LifecycleRule,
} from "@aws-sdk/client-s3";
import { type BucketRole, lifecycleOf, thirtyDayRetention, versionedBuckets } from "../storage/lifecycle.ts";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import { withDeadline } from "./deadline.ts";
import { toS3Lifecycle } from "./lifecycle.ts";
import { s3Error } from "./s3-error.ts";
import { S3ObjectStore } from "./s3-object-store.ts";

const timeoutMs = 20_000;

/** What {@link checkS3Bucket} looks at. */
export interface BucketCheckOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly role: BucketRole;
  /** Where the bucket has to be. */
  readonly region: string;
}

/**
 * Compares a bucket with what ArtGuard promises for its role: region, lifecycle against the promised retention, versioning,
 * no public access, encryption; and writes, reads and deletes one empty object to see whether it may. The knowledge base,
 * which keeps earlier versions, it only lists.
 *
 * @example
 * import { S3Client } from "@aws-sdk/client-s3";
 *
 * const checks = await checkS3Bucket({ bucket: "artguard-images-raw-prod", client: new S3Client(), region: "us-east-1", role: "raw" });
 */
export async function checkS3Bucket(options: BucketCheckOptions): Promise<StoreCheck[]> {
  const subject = `bucket ${options.bucket}`;
  const region = await checkStore(subject, "region", () => regionOf(options));
  if (region.status === "problem" && region.message.includes("NoSuchBucket")) return [region];
  return [
    region,
    await checkStore(subject, "lifecycle", () => lifecycleOfBucket(options)),
    await checkStore(subject, "versioning", () => versioningOf(options)),
    await checkStore(subject, "public access", () => publicAccessOf(options)),
    await checkStore(subject, "encryption", () => encryptionOf(options)),
    await objectAccess(options, subject),
  ];
}

async function regionOf({ client, bucket, region }: BucketCheckOptions) {
  const { LocationConstraint } = await request(bucket, (abortSignal) =>
    client.send(new GetBucketLocationCommand({ Bucket: bucket }), { abortSignal }),
  );
  // The oldest region has no name here, and Ireland an old one.
  const names: Readonly<Record<string, string>> = { "": "us-east-1", EU: "eu-west-1" };
  const found = names[LocationConstraint ?? ""] ?? String(LocationConstraint);
  if (found === region) return found;
  return { message: `is in ${found}, not in ${region}`, fix: "Configure the region of the bucket, or another bucket." };
}

async function lifecycleOfBucket({ client, bucket, role }: BucketCheckOptions) {
  const stored = await optional(bucket, "NoSuchLifecycleConfiguration", (abortSignal) =>
    client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }), { abortSignal }),
  );
  const found = (stored?.Rules ?? []).filter(({ Status }) => Status === "Enabled");
  const promised = toS3Lifecycle(lifecycleOf(role)).Rules;
  const missing = promised.filter((rule) => !found.some((other) => effectOf(other) === effectOf(rule)));
  const unpromised = found.filter(
    (rule) => rule.Expiration && !promised.some((other) => effectOf(other) === effectOf(rule)),
  );
  if (missing.length + unpromised.length === 0) return `${promised.length} rules as promised`;
  const message = [
    ...missing.map((rule) => `lacks ${effectOf(rule)}`),
    ...unpromised.map((rule) => `has ${effectOf(rule)}, which nobody promised`),
  ].join("; ");
  return { message, fix: "Set the lifecycle that toS3Lifecycle(lifecycleOf(role)) gives, as examples/aws does." };
}

/** What a rule does, whatever it is called and in whichever of its forms S3 returns it. */
function effectOf({ Filter, Prefix, Expiration, AbortIncompleteMultipartUpload: abort }: S3LifecycleRule): string {
  const prefix = Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? "";
  const tags = [...(Filter?.And?.Tags ?? []), ...(Filter?.Tag ? [Filter.Tag] : [])];
  const where = [prefix || "all keys", ...tags.map(({ Key, Value }) => `${Key}=${Value}`).sort()].join(" ");
  const expiry = Expiration?.Days === undefined ? "" : `deletion after ${Expiration.Days} days of ${where}`;
  return expiry || (abort ? `end of unfinished uploads after ${abort.DaysAfterInitiation} days of ${where}` : where);
}

async function versioningOf({ client, bucket, role }: BucketCheckOptions) {
  const { Status } = await request(bucket, (abortSignal) =>
    client.send(new GetBucketVersioningCommand({ Bucket: bucket }), { abortSignal }),
  );
  const [found, expected] = [Status === "Enabled", versionedBuckets.includes(role)];
  if (found === expected) return found ? "on" : "off";
  return expected
    ? { message: "off", fix: "Enable versioning: documents of the knowledge base keep their history." }
    : {
        message: "on: deleted images stay as earlier versions",
        fix: "Suspend versioning and delete the earlier versions.",
      };
}

async function publicAccessOf({ client, bucket }: BucketCheckOptions) {
  const stored = await optional(bucket, "NoSuchPublicAccessBlockConfiguration", (abortSignal) =>
    client.send(new GetPublicAccessBlockCommand({ Bucket: bucket }), { abortSignal }),
  );
  const block = stored?.PublicAccessBlockConfiguration;
  const closed =
    block?.BlockPublicAcls && block.BlockPublicPolicy && block.IgnorePublicAcls && block.RestrictPublicBuckets;
  return closed
    ? "blocked"
    : { message: "is not blocked altogether", fix: "Switch on all four blocks of public access." };
}

async function encryptionOf({ client, bucket }: BucketCheckOptions) {
  const stored = await optional(bucket, "ServerSideEncryptionConfigurationNotFoundError", (abortSignal) =>
    client.send(new GetBucketEncryptionCommand({ Bucket: bucket }), { abortSignal }),
  );
  const rule = stored?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  if (rule?.SSEAlgorithm !== undefined) return rule.SSEAlgorithm;
  return {
    message: "no default encryption is declared",
    fix: "Declare server-side encryption as the bucket's default.",
  };
}

async function objectAccess({ client, bucket, role }: BucketCheckOptions, subject: string): Promise<StoreCheck> {
  const store = new S3ObjectStore({ client, bucket, timeoutMs });
  // Where earlier versions are kept, a probe would stay.
  const checked = versionedBuckets.includes(role)
    ? await checkStore(subject, "permission to list objects", () => listOne(store))
    : await checkStore(subject, "permission to write, read and delete objects", () => probe(store));
  return checked.status === "unknown" ? { ...checked, status: "problem" } : checked;
}

async function listOne(store: S3ObjectStore): Promise<string> {
  for await (const _ of store.list("")) break;
  return "granted";
}

async function probe(store: S3ObjectStore): Promise<string> {
  const key = `inference/1970/01/01/artguard-doctor/${randomUUID()}`;
  await store.put(key, new Uint8Array(0), { tags: thirtyDayRetention });
  await store.get(key);
  await store.delete(key);
  return "granted";
}

async function request<Output>(bucket: string, send: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
  try {
    return await withDeadline(timeoutMs, undefined, send);
  } catch (error) {
    throw s3Error(error, { bucket });
  }
}

/** Undefined where S3 says with an error of its own name that nothing is set. */
async function optional<Output>(
  bucket: string,
  name: string,
  send: (signal: AbortSignal) => Promise<Output>,
): Promise<Output | undefined> {
  return await request(bucket, (signal) =>
    send(signal).catch((error: unknown) => {
      if (error instanceof Error && error.name === name) return undefined;
      throw error;
    }),
  );
}
