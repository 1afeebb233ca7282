import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Files that hold some stretch of 32 bytes of the image as it is. */
export async function filesWith(image: Buffer, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of await filesBelow(folder)) {
    const content = await readFile(file);
    const stretches = Array.from({ length: Math.floor(image.length / 32) }, (_, n) =>
      image.subarray(n * 32, n * 32 + 32),
    );
    // Stretches of one value only (padding, a flat background) are in many files.
    const telling = stretches.filter((stretch) => new Set(stretch).size > 8);
    if (telling.some((stretch) => content.includes(stretch))) found.push(file);
  }
  return found;
}

/** Copies a database and flips one bit of the last letter where it first says this. */
export async function withFlippedByte(database: string, copy: string, text: string): Promise<void> {
  await copyFile(database, copy);
  const bytes = await readFile(copy);
  const begin = bytes.indexOf(text);
  if (begin < 0) throw new Error(`the database does not say ${text}`);
  const at = begin + Buffer.byteLength(text) - 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(copy, bytes);
}
