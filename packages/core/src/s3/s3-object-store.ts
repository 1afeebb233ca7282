import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { assertObjectKey } from "../storage/object-key.ts";
import { assertRange, assertTags, resolvePutOptions } from "../storage/object-options.ts";
import type {
  ByteRange,
  GetOptions,
  ObjectBody,
  ObjectCallOptions,
  ObjectHead,
  ObjectStream,
  ObjectSummary,
  ObjectTags,
  PresignedPost,
  PresignedRequest,
  PresigningObjectStore,
  PutOptions,
  WrittenObject,
} from "../storage/object-store.ts";
import { bytesOf, verifiedStream } from "../storage/object-stream.ts";
import { withDeadline } from "./deadline.ts";
import { toTagSet } from "./lifecycle.ts";
import { presignGet, presignPost, presignPut, taggingHeader } from "./presign.ts";
import { attemptsOf, s3Error } from "./s3-error.ts";
import { hexToBase64 } from "./sha256.ts";
import { type SpooledBody, spool } from "./spooled-body.ts";
import { partBytes, type Send, uploadParts } from "./upload-parts.ts";

const defaultTimeoutMs = 30_000;
const defaultAttempts = 4;
/** Names of our own metadata of an object. */
const sha256Name = "artguard-sha256";
const writeIdName = "artguard-write-id";

/** Exactly one of `client` and `clientConfig`, or neither: then the SDK's usual configuration applies. */
export interface S3ObjectStoreOptions {
  readonly bucket: string;
  /** A client of the caller, who also closes it; its own retry settings apply. */
  readonly client?: S3Client;
  readonly clientConfig?: S3ClientConfig;
  /** Longest wait for one request with its retries, or for the next piece of a body; default 30,000. */
  readonly timeoutMs?: number;
}

/**
 * An `ObjectStore` in a bucket of S3.
 *
 * Requests are repeated by the client alone (4 attempts unless configured) and end at a deadline of ours. A `put` first
 * takes in the whole body (a long stream in an unnamed temporary file), so that nothing reaches S3 that is too large,
 * broken off or not what was expected. More than 8 MiB go in parts, which are removed when the upload fails.
 *
 * @example
 * const objects = new S3ObjectStore({ bucket: "artguard-images-raw-prod" });
 * const { url } = await objects.presignGet("inference/a/original.jpg", { expiresInSeconds: 60 });
 */
export class S3ObjectStore implements PresigningObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #timeoutMs: number;
  #bucketSeen = false;

  constructor(options: S3ObjectStoreOptions) {
    // The bytes are checked here against our own SHA-256, parts of uploads included.
    const own: S3ClientConfig = { maxAttempts: defaultAttempts, responseChecksumValidation: "WHEN_REQUIRED" };
    this.#client = options.client ?? new S3Client({ ...own, ...options.clientConfig });
    this.#bucket = options.bucket;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WrittenObject> {
    assertObjectKey(key);
    const { contentType, ifAbsent, maxBytes, sha256, tags, signal } = resolvePutOptions(options);
    const spooled = await spool(body, { key, maxBytes, sha256, signal, memoryBytes: partBytes });
    const writeId = randomUUID();
    const target = {
      Bucket: this.#bucket,
      Key: key,
      ContentType: contentType,
      Metadata: { [sha256Name]: spooled.sha256, [writeIdName]: writeId },
      ...(Object.keys(tags).length > 0 && { Tagging: taggingHeader(tags) }),
    };
    const send = this.#sender(key);
    try {
      if (spooled.sizeBytes > partBytes) await uploadParts(this.#client, target, spooled, ifAbsent, send, signal);
      else await this.#putAtOnce(target, spooled, ifAbsent, send, signal);
    } catch (error) {
      if (!(await this.#wasOurs(error, key, writeId, signal))) throw error;
    } finally {
      await spooled.close();
    }
    return { key, size_bytes: spooled.sizeBytes, sha256: spooled.sha256, content_type: contentType };
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    return bytesOf((await this.getStream(key, options)).body);
  }

  async getStream(key: string, options: GetOptions = {}): Promise<ObjectStream> {
    assertObjectKey(key);
    const Range = options.range && rangeHeader(options.range);
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...(Range !== undefined && { Range }) });
    const send = this.#sender(key);
    const answer = await send((abortSignal) => this.#client.send(command, { abortSignal }), options.signal);
    const head = headOf(key, answer, sizeOf(answer));
    const source = answer.Body as Readable;
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    const body = verifiedStream({
      key,
      sizeBytes: answer.ContentLength ?? head.size_bytes,
      sha256: options.range ? undefined : head.sha256,
      signal: options.signal,
      close: async () => void source.destroy(),
      async read() {
        const { done, value } = await send(() => chunks.next(), options.signal);
        return done ? undefined : new Uint8Array(value);
      },
    });
    return { head, body };
  }

  async head(key: string, options: ObjectCallOptions = {}): Promise<ObjectHead | undefined> {
    const answer = await this.#headOutput(key, options);
    return answer && headOf(key, answer, answer.ContentLength ?? 0);
  }

  async delete(key: string, options: ObjectCallOptions = {}): Promise<void> {
    assertObjectKey(key);
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await this.#sender(key)((abortSignal) => this.#client.send(command, { abortSignal }), options.signal);
  }

  async *list(prefix: string, options: ObjectCallOptions = {}): AsyncIterable<ObjectSummary> {
    const send = this.#sender();
    let ContinuationToken: string | undefined;
    do {
      const page = {
        Bucket: this.#bucket,
        Prefix: prefix,
        ...(ContinuationToken !== undefined && { ContinuationToken }),
      };
      const command = new ListObjectsV2Command(page);
      const answer = await send((abortSignal) => this.#client.send(command, { abortSignal }), options.signal);
      for (const { Key, Size, LastModified } of answer.Contents ?? []) {
        // Consoles make "folders": empty objects with a key that no store of ours accepts.
        if (Key === undefined || Key.endsWith("/")) continue;
        yield { key: Key, size_bytes: Size ?? 0, modified_at: LastModified?.getTime() ?? 0 };
      }
      ContinuationToken = answer.IsTruncated ? answer.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  async getTags(key: string, options: ObjectCallOptions = {}): Promise<ObjectTags> {
    assertObjectKey(key);
    const command = new GetObjectTaggingCommand({ Bucket: this.#bucket, Key: key });
    const { TagSet } = await this.#sender(key)(
      (abortSignal) => this.#client.send(command, { abortSignal }),
      options.signal,
    );
    return Object.fromEntries((TagSet ?? []).map(({ Key, Value }) => [Key, Value]));
  }

  async setTags(key: string, tags: ObjectTags, options: ObjectCallOptions = {}): Promise<void> {
    assertObjectKey(key);
    assertTags(tags);
    const command = new PutObjectTaggingCommand({
      Bucket: this.#bucket,
      Key: key,
      Tagging: { TagSet: toTagSet(tags) },
    });
    await this.#sender(key)((abortSignal) => this.#client.send(command, { abortSignal }), options.signal);
  }

  uri(key: string): string {
    assertObjectKey(key);
    return `s3://${this.#bucket}/${key}`;
  }

  async presignGet(
    key: string,
    options: Parameters<PresigningObjectStore["presignGet"]>[1] = {},
  ): Promise<PresignedRequest> {
    return presignGet(this.#client, this.#bucket, key, options);
  }

  async presignPut(
    key: string,
    options: Parameters<PresigningObjectStore["presignPut"]>[1],
  ): Promise<PresignedRequest> {
    return presignPut(this.#client, this.#bucket, key, options);
  }

  async presignPost(
    target: Parameters<PresigningObjectStore["presignPost"]>[0],
    options: Parameters<PresigningObjectStore["presignPost"]>[1],
  ): Promise<PresignedPost> {
    return presignPost(this.#client, this.#bucket, target, options);
  }

  async #putAtOnce(
    target: { Bucket: string; Key: string },
    body: SpooledBody,
    ifAbsent: boolean,
    send: Send,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const command = new PutObjectCommand({
      ...target,
      Body: await body.read(0, body.sizeBytes),
      ChecksumSHA256: hexToBase64(body.sha256),
      ...(ifAbsent && { IfNoneMatch: "*" }),
    });
    await send((abortSignal) => this.#client.send(command, { abortSignal }), signal);
  }

  /**
   * A repetition finds what its first attempt did, whose answer was lost: a conditional write the object, the end of an
   * upload in parts no upload any more.
   */
  async #wasOurs(error: unknown, key: string, writeId: string, signal: AbortSignal | undefined): Promise<boolean> {
    const met = isArtGuardError(error, "storage.condition-failed") || isArtGuardError(error, "storage.not-found");
    if (!met || attemptsOf(error.cause) < 2) return false;
    const stored = await this.#headOutput(key, signal ? { signal } : {});
    return stored?.Metadata?.[writeIdName] === writeId;
  }

  async #headOutput(key: string, { signal }: ObjectCallOptions): Promise<HeadObjectCommandOutput | undefined> {
    assertObjectKey(key);
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    try {
      return await this.#sender(key)((abortSignal) => this.#client.send(command, { abortSignal }), signal);
    } catch (error) {
      if (!isArtGuardError(error, "storage.not-found")) throw error;
      await this.#checkBucket(signal);
      return undefined;
    }
  }

  /** To HEAD, S3 answers the same for an object and for a bucket that does not exist. */
  async #checkBucket(signal: AbortSignal | undefined): Promise<void> {
    if (this.#bucketSeen) return;
    const command = new HeadBucketCommand({ Bucket: this.#bucket });
    try {
      await this.#sender()((abortSignal) => this.#client.send(command, { abortSignal }), signal);
    } catch (error) {
      if (!isArtGuardError(error, "storage.not-found")) throw error;
      throw new ArtGuardError("storage.bucket-missing", `there is no bucket ${this.#bucket}`, { cause: error });
    }
    this.#bucketSeen = true;
  }

  /** Sends requests about a key, each with its deadline and its failure typed. */
  #sender(key?: string): Send {
    const context = { bucket: this.#bucket, ...(key !== undefined && { key }) };
    return async (request, signal) => {
      try {
        return await withDeadline(this.#timeoutMs, signal, request);
      } catch (error) {
        throw signal?.aborted && error === signal.reason ? error : s3Error(error, context);
      }
    };
  }
}

/**
 * Objects in a bucket of S3. Needs `@aws-sdk/client-s3`, and for presigned requests `@aws-sdk/s3-request-presigner` and
 * `@aws-sdk/s3-presigned-post`.
 *
 * @example
 * const objects = s3({ bucket: "artguard-images-raw-dev", clientConfig: { region: "ca-central-1" } });
 */
export function s3(options: S3ObjectStoreOptions): S3ObjectStore {
  return new S3ObjectStore(options);
}

function rangeHeader(range: ByteRange): string {
  assertRange(range);
  return `bytes=${range.offset}-${range.length === undefined ? "" : range.offset + range.length - 1}`;
}

/** Size of the whole object, of which the answer may be a part. */
function sizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number {
  const whole = /\/(\d+)$/.exec(ContentRange ?? "")?.[1];
  return whole === undefined ? (ContentLength ?? 0) : Number(whole);
}

function headOf(key: string, answer: GetObjectCommandOutput | HeadObjectCommandOutput, size: number): ObjectHead {
  const sha256 = answer.Metadata?.[sha256Name];
  return {
    key,
    size_bytes: size,
    content_type: answer.ContentType ?? "application/octet-stream",
    modified_at: answer.LastModified?.getTime() ?? 0,
    ...(sha256 !== undefined && { sha256 }),
  };
}
