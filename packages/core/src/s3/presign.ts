import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { assertObjectKey } from "../storage/object-key.ts";
import { assertByteCount, assertContentType, assertSha256, assertTags } from "../storage/object-options.ts";
import type { ObjectTags, PresignedPost, PresignedRequest, PresigningObjectStore } from "../storage/object-store.ts";
import { hexToBase64 } from "./sha256.ts";

const defaultSeconds = 300;
const longestSeconds = 3600;

type PutUploadOptions = Parameters<PresigningObjectStore["presignPut"]>[1];
type PostUploadTarget = Parameters<PresigningObjectStore["presignPost"]>[0];
type PostUploadOptions = Parameters<PresigningObjectStore["presignPost"]>[1];
type GetDownloadOptions = NonNullable<Parameters<PresigningObjectStore["presignGet"]>[1]>;

/** Signs a download; with a name, a browser saves it instead of showing it. */
export async function presignGet(
  client: S3Client,
  bucket: string,
  key: string,
  options: GetDownloadOptions,
): Promise<PresignedRequest> {
  assertObjectKey(key);
  const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(options.downloadName !== undefined && { ResponseContentDisposition: attachment(options.downloadName) }),
  });
  const url = await getSignedUrl(client, command, { expiresIn: validSeconds(options.expiresInSeconds) });
  return { method: "GET", url, headers: {} };
}

/** Signs an upload with its length, type and hash as headers, so that S3 refuses any other. */
export async function presignPut(
  client: S3Client,
  bucket: string,
  key: string,
  options: PutUploadOptions,
): Promise<PresignedRequest> {
  assertObjectKey(key);
  assertByteCount("sizeBytes", options.sizeBytes);
  assertContentType(options.contentType);
  if (options.sha256 !== undefined) assertSha256(options.sha256);
  assertTags(options.tags ?? {});
  const headers: Record<string, string> = {
    "content-length": String(options.sizeBytes),
    "content-type": options.contentType,
    ...(options.sha256 !== undefined && {
      "x-amz-checksum-sha256": hexToBase64(options.sha256),
      "x-amz-meta-artguard-sha256": options.sha256,
    }),
    ...(options.tags && { "x-amz-tagging": taggingHeader(options.tags) }),
  };
  const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ContentLength: options.sizeBytes,
    ContentType: options.contentType,
    ...(options.sha256 !== undefined && {
      ChecksumSHA256: hexToBase64(options.sha256),
      Metadata: { "artguard-sha256": options.sha256 },
    }),
    ...(options.tags && { Tagging: taggingHeader(options.tags) }),
  });
  const names = new Set(Object.keys(headers));
  const url = await getSignedUrl(client, command, {
    expiresIn: validSeconds(options.expiresInSeconds),
    signableHeaders: new Set([...names, "host"]),
    unhoistableHeaders: names,
  });
  return { method: "PUT", url, headers };
}

/** Signs a policy for a form: one key or a prefix, a range of lengths, one type, these tags. */
export async function presignPost(
  client: S3Client,
  bucket: string,
  target: PostUploadTarget,
  options: PostUploadOptions,
): Promise<PresignedPost> {
  assertByteCount("maxBytes", options.maxBytes);
  assertContentType(options.contentType);
  assertTags(options.tags ?? {});
  const { createPresignedPost } = await import("@aws-sdk/s3-presigned-post");
  const { url, fields } = await createPresignedPost(client, {
    Bucket: bucket,
    Key: postKey(target),
    Conditions: [["content-length-range", 1, options.maxBytes]],
    Fields: { "Content-Type": options.contentType, ...(options.tags && { tagging: taggingXml(options.tags) }) },
    Expires: validSeconds(options.expiresInSeconds),
  });
  return { url, fields };
}

/** S3 puts the sender's file name in its place; at the end of a key, the signed policy asks for what is before it only. */
const fileNamePlaceholder = `\${filename}`;

function postKey(target: PostUploadTarget): string {
  const isPrefix = "prefix" in target;
  const key = isPrefix ? target.prefix + fileNamePlaceholder : target.key;
  if (isPrefix && !target.prefix.endsWith("/"))
    throw new ArtGuardError("storage.invalid-key", "the prefix of an upload must end in /");
  assertObjectKey(key);
  if ((isPrefix ? target.prefix : key).includes(fileNamePlaceholder))
    throw new ArtGuardError("storage.invalid-key", `${key} may not contain ${fileNamePlaceholder} itself`);
  return key;
}

function validSeconds(seconds = defaultSeconds): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= longestSeconds) return seconds;
  throw new ArtGuardError(
    "storage.invalid-option",
    `expiresInSeconds must be a whole number from 1 to ${longestSeconds}`,
  );
}

/** RFC 6266 with the name in UTF-8 (RFC 8187). */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `attachment; filename*=UTF-8''${encoded}`;
}

/** Tags as a header has them. */
export function taggingHeader(tags: ObjectTags): string {
  return Object.entries(tags)
    .map((tag) => tag.map(encodeURIComponent).join("="))
    .join("&");
}

/** Tags have no characters that XML would have to escape: see `assertTags`. */
function taggingXml(tags: ObjectTags): string {
  const list = Object.entries(tags).map(([name, value]) => `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`);
  return `<Tagging><TagSet>${list.join("")}</TagSet></Tagging>`;
}
