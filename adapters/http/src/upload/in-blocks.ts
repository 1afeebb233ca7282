/** Smaller chunks than this are put together to blocks of at most that. */
const [largeBytes, blockBytes] = [16 * 2 ** 10, 64 * 2 ** 10];

/**
 * The same bytes, small chunks of them put together. A sender chooses how small its chunks are, and each would take a
 * hundred times the memory of the one byte in it. Large ones stay as they are: a copy of them would be held beside them.
 */
export async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = new Uint8Array(blockBytes);
  let used = 0;
  for await (const chunk of chunks) {
    const isLarge = chunk.length >= largeBytes;
    if (used > 0 && (isLarge || used + chunk.length > blockBytes)) {
      yield block.slice(0, used);
      used = 0;
    }
    if (isLarge) {
      yield chunk;
    } else {
      block.set(chunk, used);
      used += chunk.length;
    }
  }
  if (used > 0) yield block.slice(0, used);
}
