import { createReadStream } from "node:fs";
import { ArtGuardError } from "@artguard/core";
import { reasonOf } from "./reason-of.ts";

/**
 * The bytes of a file, or of standard input for `-`. Stops one byte past `maxBytes`, so that an endless input ends in
 * the size limit of the analysis instead of in memory.
 *
 * @throws ArtGuardError `image.unreadable`
 */
export async function readInput(path: string, maxBytes: number): Promise<Uint8Array> {
  const stream = path === "-" ? process.stdin : createReadStream(path);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
  } catch (error) {
    throw new ArtGuardError("image.unreadable", reasonOf(error), { cause: error });
  }
  return Buffer.concat(chunks);
}
