const blockBytes = 64 * 2 ** 10;

/**
 * The same bytes in blocks of 64 KiB and a rest. A sender chooses how small its chunks are, and each would take a
 * hundred times the memory of the one byte in it.
 */
export async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(blockBytes);
  let used = 0;
  for await (const chunk of chunks) {
    for (let read = 0; read < chunk.length; ) {
      const part = chunk.subarray(read, read + blockBytes - used);
      block.set(part, used);
      used += part.length;
      read += part.length;
      if (used < blockBytes) continue;
      yield block;
      [block, used] = [new Uint8Array(blockBytes), 0];
    }
  }
  if (used > 0) yield block.subarray(0, used);
}
