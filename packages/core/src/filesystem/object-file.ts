import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ObjectTags } from "../storage/object-store.ts";
import { corrupt } from "../storage/object-stream.ts";

/*
 * One file per object, so that no crash can part an object from its head: the bytes, then a trailer — the head as JSON,
 * its length and CRC-32 (big-endian, 4 bytes each), and eight bytes that name the format. The bytes come first: they can
 * be written while their number and hash are not yet known, and image viewers open the file.
 */
const magic = Buffer.from("AGOBJ\0\0\u0001", "latin1");
const footerBytes = 8 + magic.length;
const longestHead = 64 * 1024;

/** The head of an object as its file keeps it. */
export interface StoredHead {
  readonly key: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly content_type: string;
  /** Epoch milliseconds. In the file and not its date: copying a backup does not begin retention anew. */
  readonly modified_at: number;
  readonly tags: ObjectTags;
}

/** What follows the bytes of an object. */
export function encodeTrailer(head: StoredHead): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const footer = Buffer.alloc(footerBytes);
  footer.writeUInt32BE(json.length, 0);
  footer.writeUInt32BE(crc32(json), 4);
  magic.copy(footer, 8);
  return Buffer.concat([json, footer]);
}

/** Opens a file of the store for reading; a symbolic link fails with ELOOP. */
export async function openObjectFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
}

/** The head in an open file. @throws ArtGuardError `storage.corrupt` when the file is not the whole object `key`. */
export async function readHead(file: FileHandle, key: string): Promise<StoredHead> {
  const { size } = await file.stat();
  if (size < footerBytes) throw corrupt(key, "its file is too short");
  const footer = await readAt(file, size - footerBytes, footerBytes);
  const length = footer.readUInt32BE(0);
  const bodyBytes = size - footerBytes - length;
  if (!footer.subarray(8).equals(magic) || length > longestHead || bodyBytes < 0)
    throw corrupt(key, "its file has no head");
  const json = await readAt(file, bodyBytes, length);
  if (crc32(json) !== footer.readUInt32BE(4)) throw corrupt(key, "its head was changed");
  const head: StoredHead = JSON.parse(json.toString("utf8"));
  if (head.key !== key || head.size_bytes !== bodyBytes) throw corrupt(key, "its file belongs to another object");
  return head;
}

/** Up to `length` bytes from a position. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
