import { ArtGuardError, isArtGuardError } from "@artguard/core";
import {
  getMultipartBoundary,
  MaxFileSizeExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  MultipartParser,
  type MultipartPart,
} from "@remix-run/multipart-parser";
import { type BodyLimits, limitedChunks } from "./limited-chunks.ts";

/** A file that was sent with a form. */
export interface Upload {
  readonly bytes: Uint8Array;
  /** As it was sent; core cleans it. */
  readonly filename: string;
  /** The other fields; of fields of one name the last. */
  readonly fields: Readonly<Record<string, string>>;
}

const maxParts = 16;
const longestHeader = 8192;
const longestField = 4096;
/** RFC 8187 knows UTF-8 alone; the parser would write what it cannot decode to standard error. */
const otherCharset = /;\s*filename\*\s*=(?!\s*"?utf-8')/i;

/**
 * Reads a form with the file in the field `file`, while it comes. Nothing is kept that is over a limit.
 *
 * @throws ArtGuardError `http.unsupported-media-type`, `http.invalid-body`, `http.body-too-large`, `http.busy`
 */
export async function readUpload(request: Request, limits: BodyLimits): Promise<Upload> {
  const type = request.headers.get("content-type") ?? "";
  const boundary = /^multipart\/form-data\b/i.test(type) ? getMultipartBoundary(type) : null;
  if (!boundary) throw new ArtGuardError("http.unsupported-media-type", "expected a body of multipart/form-data");
  try {
    return uploadOf(await partsOf(request, boundary, limits));
  } catch (error) {
    throw typed(error, limits.maxBytes);
  }
}

/** Heads and texts are decoded here only: what is no UTF-8 throws. */
function uploadOf(parts: readonly MultipartPart[]): Upload {
  if (parts.some(({ headers }) => otherCharset.test(headers["content-disposition"] ?? ""))) {
    throw new ArtGuardError("http.invalid-body", "a filename* is not in UTF-8");
  }
  const file = parts.find(({ name }) => name === "file");
  if (!file) throw new ArtGuardError("http.invalid-body", 'the form has no file in the field "file"');
  return { bytes: file.bytes, filename: file.filename ?? "", fields: fieldsOf(parts) };
}

async function partsOf(request: Request, boundary: string, { maxBytes, hold }: BodyLimits): Promise<MultipartPart[]> {
  const parser = new MultipartParser(boundary, {
    maxParts,
    maxHeaderSize: longestHeader,
    maxFileSize: maxBytes,
    maxTotalSize: maxBytes,
  });
  const parts: MultipartPart[] = [];
  for await (const chunk of limitedChunks(request, { maxBytes, hold })) parts.push(...parser.write(chunk));
  parser.finish();
  return parts;
}

function typed(error: unknown, limit: number): unknown {
  if (isArtGuardError(error)) return error;
  if (error instanceof MaxFileSizeExceededError || error instanceof MaxTotalSizeExceededError) {
    return new ArtGuardError("http.body-too-large", `the file has more than ${limit} bytes`, { details: { limit } });
  }
  const problem = error instanceof MultipartParseError ? error.message : "the form cannot be read";
  return new ArtGuardError("http.invalid-body", problem, { cause: error });
}

function fieldsOf(parts: readonly MultipartPart[]): Record<string, string> {
  const texts = parts.filter(({ name, isText }) => isText && name !== undefined);
  const long = texts.find(({ size }) => size > longestField);
  if (long) throw new ArtGuardError("http.invalid-body", `${long.name}: expected at most ${longestField} bytes`);
  return Object.fromEntries(texts.map(({ name = "", text }) => [name, text]));
}
