import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { base64Sha256 } from "./sha256.ts";
import type { SpooledBody } from "./spooled-body.ts";

/** S3 takes parts from 5 MiB and at most 10,000 of them. */
export const partBytes = 8 * 2 ** 20;
const mostParts = 10_000;

/** Sends one request, with its deadline. */
export type Send = <Result>(request: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/**
 * Uploads a long body in parts; the object appears with the last request. When one fails, the parts are removed.
 *
 * @throws The failure; its message says so when the parts could not be removed either.
 */
export async function uploadParts(
  client: S3Client,
  target: CreateMultipartUploadCommandInput & { Bucket: string; Key: string },
  body: SpooledBody,
  ifAbsent: boolean,
  send: Send,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { Bucket, Key } = target;
  const create = new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: "SHA256" });
  const { UploadId } = await send((abortSignal) => client.send(create, { abortSignal }), signal);
  try {
    const Parts: CompletedPart[] = [];
    const size = Math.max(partBytes, Math.ceil(body.sizeBytes / mostParts));
    for (let offset = 0; offset < body.sizeBytes; offset += size) {
      const Body = await body.read(offset, Math.min(size, body.sizeBytes - offset));
      const PartNumber = Parts.length + 1;
      const part = { Bucket, Key, UploadId, PartNumber, Body, ChecksumSHA256: base64Sha256(Body) };
      const { ETag } = await send((abortSignal) => client.send(new UploadPartCommand(part), { abortSignal }), signal);
      Parts.push({ ETag, PartNumber, ChecksumSHA256: part.ChecksumSHA256 });
    }
    const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts }, ...(ifAbsent && { IfNoneMatch: "*" }) };
    await send((abortSignal) => client.send(new CompleteMultipartUploadCommand(complete), { abortSignal }), signal);
  } catch (error) {
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    // Not with the caller's signal, which may have fired.
    const removed = await send((abortSignal) => client.send(abort, { abortSignal })).then(
      () => true,
      (failure) => isArtGuardError(failure, "storage.not-found"),
    );
    throw removed || !isArtGuardError(error) ? error : withParts(error);
  }
}

function withParts(error: ArtGuardError): ArtGuardError {
  const message = `${error.message}; the parts could not be removed either and stay until the bucket's lifecycle removes them`;
  return new ArtGuardError(error.code, message, { fix: error.fix, details: error.details, cause: error });
}
