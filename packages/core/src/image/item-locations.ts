import { textAt, viewOf } from "./container-facts.ts";

/** Id and type of an item from its `infe` box (ISO/IEC 14496-12, 8.11.6), versions 2 and 3; undefined for others. */
export function itemEntry(body: Uint8Array): { id: number; type: string } | undefined {
  const version = body[0];
  const view = viewOf(body);
  if (version === 2 && body.length >= 12) return { id: view.getUint16(4), type: textAt(body, 8, 4) };
  if (version === 3 && body.length >= 14) return { id: view.getUint32(4), type: textAt(body, 10, 4) };
  return undefined;
}

/** Bytes of every item by its id, from the `iloc` box (ISO/IEC 14496-12, 8.11.3); what lies beyond the box is left out. */
export function itemSizes(body: Uint8Array): Map<number, number> {
  const sizes = new Map<number, number>();
  if (body.length < 8) return sizes;
  const version = body[0]!;
  const [offsetSize, lengthSize, baseSize] = [body[4]! >> 4, body[4]! & 15, body[5]! >> 4];
  const indexSize = version === 0 ? 0 : body[5]! & 15;
  const idSize = version < 2 ? 2 : 4;
  const extentSize = indexSize + offsetSize + lengthSize;
  const itemHead = idSize + (version === 0 ? 2 : 4) + baseSize;
  for (let at = 6 + idSize; at + itemHead + 2 <= body.length; ) {
    const id = unsigned(body, at, idSize);
    const extents = unsigned(body, at + itemHead, 2);
    at += itemHead + 2;
    const present = extentSize === 0 ? 0 : Math.min(extents, Math.floor((body.length - at) / extentSize));
    let size = 0;
    for (let i = 0; i < present; i++) size += unsigned(body, at + (i + 1) * extentSize - lengthSize, lengthSize);
    sizes.set(id, size);
    at += extents * extentSize;
  }
  return sizes;
}

/** A big-endian number of 0 to 8 bytes. */
function unsigned(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[offset + i]!;
  return value;
}
