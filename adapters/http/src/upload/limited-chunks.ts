import { ArtGuardError } from "@artguard/core";

/** Limits of one body. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Told of each chunk before it is kept; throws when there is no room for it. */
  readonly hold: (bytes: number) => void;
}

/**
 * The body of a request in chunks, never more than the limit: one that announces more is refused before the first byte,
 * one that lies with the byte that is too much.
 *
 * @throws ArtGuardError `http.body-too-large`, `http.busy`
 */
export async function* limitedChunks(request: Request, { maxBytes, hold }: BodyLimits): AsyncGenerator<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    hold(chunk.length);
    yield chunk;
  }
}

function tooLarge(limit: number): ArtGuardError {
  return new ArtGuardError("http.body-too-large", `the body has more than ${limit} bytes`, { details: { limit } });
}
