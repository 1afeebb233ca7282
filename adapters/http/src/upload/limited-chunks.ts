import { ArtGuardError } from "@artguard/core";
import { inBlocks } from "./in-blocks.ts";

/** Limits of one body. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Told of bytes before they are kept; throws when there is no room for them. */
  readonly hold: (bytes: number) => void;
}

/**
 * The body of a request in blocks, never more than the limit: one that announces more is refused before the first byte,
 * one that lies with the byte that is too much.
 *
 * @throws ArtGuardError `http.body-too-large`, `http.busy`, `http.invalid-body` for one whose sender went away
 */
export async function* limitedChunks(request: Request, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limits.maxBytes) throw tooLarge(limits.maxBytes);
  yield* inBlocks(counted(received(request), limits));
}

/** Chunks that a body may have before their size counts, and bytes that each must have on average then. */
const [fewChunks, leastAverage] = [10_000, 16];

/** Whoever sends byte by byte costs this process a thousand times what it costs them. */
async function* counted(chunks: AsyncIterable<Uint8Array>, { maxBytes, hold }: BodyLimits) {
  let [bytes, count] = [0, 0];
  for await (const chunk of chunks) {
    bytes += chunk.length;
    count++;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (count > fewChunks && bytes < count * leastAverage) {
      throw new ArtGuardError("http.invalid-body", "the body comes in chunks of a few bytes");
    }
    hold(chunk.length);
    yield chunk;
  }
}

/** A connection that ends in the middle of its body sent a broken one; it is no failure of ours. */
async function* received({ body }: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? [];
  } catch (cause) {
    throw new ArtGuardError("http.invalid-body", "the body ended before it was whole", { cause });
  }
}

function tooLarge(limit: number): ArtGuardError {
  return new ArtGuardError("http.body-too-large", `the body has more than ${limit} bytes`, { details: { limit } });
}
