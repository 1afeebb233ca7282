import { z } from "zod";
import type { JsonValue } from "../detection/detection.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { preprocessedSide } from "../image/preprocess-image.ts";

/** Pixels of the copy that was sent: what the answer's places must fit. */
export interface CopySize {
  readonly width: number;
  readonly height: number;
}

/** An accepted job: where its answer will be, and what the answer is about. */
export interface Job {
  /** On the origin of the endpoint. */
  readonly result: URL;
  readonly size: CopySize;
}

const longestAddress = 2048;
const pixels = z.number().int().positive().max(preprocessedSide);
const handleSchema = z.strictObject({
  version: z.literal(1),
  result: z.string().max(longestAddress),
  width: pixels,
  height: pixels,
});

/** The handle of a job: path and query of its result and the size of the copy, no origin and no credentials. */
export function handleOf({ result, size }: Job): JsonValue {
  const handle: z.infer<typeof handleSchema> = { version: 1, result: result.pathname + result.search, ...size };
  return handle;
}

/**
 * The job of a handle. A handle comes from a record and is not trusted: it can name nothing but a path of the endpoint's
 * own origin, written as URLs are normalised (no `..`, no `//`, no backslash).
 *
 * @throws ArtGuardError `modal.invalid-handle`
 */
export function jobOf(handle: JsonValue, endpoint: URL): Job {
  const parsed = handleSchema.safeParse(handle);
  if (!parsed.success) throw new ArtGuardError("modal.invalid-handle", "the handle has not the form of a handle");
  const { result, width, height } = parsed.data;
  const url = URL.parse(result, endpoint.origin);
  if (url === null || url.origin !== endpoint.origin || url.pathname + url.search !== result)
    throw new ArtGuardError("modal.invalid-handle", "the handle does not name a path of the endpoint");
  return { result: url, size: { width, height } };
}

/**
 * Where a 303 points to; only the endpoint's own origin gets the credentials, so that only it may be asked.
 *
 * @throws ArtGuardError `modal.redirect-refused`
 */
export function redirectTarget(location: string | null, from: URL, endpoint: URL): URL {
  if (location === null) throw refused("no address");
  const url = URL.parse(location, from.href);
  if (url === null || url.href.length > longestAddress) throw refused("something that is not an address");
  if (url.origin !== endpoint.origin) throw refused(`another origin, ${url.origin}`);
  if (url.username || url.password) throw refused("an address with a user name");
  url.hash = "";
  return url;
}

function refused(target: string): ArtGuardError {
  return new ArtGuardError("modal.redirect-refused", `the endpoint redirects to ${target}`);
}
