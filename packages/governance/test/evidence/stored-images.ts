import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether some stretch of 32 bytes of an image, taken every 97 bytes, is in other bytes as it is. */
export function holdsPieceOf(image: Buffer, content: Buffer): boolean {
  for (let at = 0; at + 32 <= image.length; at += 97) {
    const piece = image.subarray(at, at + 32);
    if (new Set(piece).size > 8 && content.includes(piece)) return true;
  }
  return false;
}

/** Files below a folder that hold a piece of an image. */
export function filesWithPieceOf(image: Buffer, folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name));
  return files.filter((file) => holdsPieceOf(image, readFileSync(file)));
}
