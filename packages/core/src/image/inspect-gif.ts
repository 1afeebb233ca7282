import { brokenHeader, type ContainerFacts, emptyFacts, viewOf } from "./container-facts.ts";

/** Reads the blocks of a GIF file (GIF89a, sections 18–26). */
export function inspectGif(bytes: Uint8Array): ContainerFacts {
  const facts = emptyFacts();
  if (bytes.length < 13) throw brokenHeader("the GIF file ends in its header");
  facts.width = viewOf(bytes).getUint16(6, true);
  facts.height = viewOf(bytes).getUint16(8, true);
  let frames = 0;
  for (let offset = 13 + colorTableSize(bytes[10]!); offset < bytes.length; ) {
    const introducer = bytes[offset];
    if (introducer === 0x2c) {
      frames++;
      offset = skipSubBlocks(bytes, offset + 11 + colorTableSize(bytes[offset + 9] ?? 0));
    } else if (introducer === 0x21) {
      const end = skipSubBlocks(bytes, offset + 2);
      if (bytes[offset + 1] === 0xfe || bytes[offset + 1] === 0xff) facts.metadata_bytes += end - offset;
      offset = end;
    } else break;
  }
  facts.frames = Math.max(1, frames);
  if (facts.width === 0 || facts.height === 0) throw brokenHeader("the GIF file declares an empty screen");
  return facts;
}

function colorTableSize(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

function skipSubBlocks(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
  return at + 1;
}
