import { rename, rm, writeFile } from "node:fs/promises";

/** Writes a file so that its readers see the old content or the new one, never a part. */
export async function atomicWrite(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
