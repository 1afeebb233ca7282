import { randomUUID } from "node:crypto";
import { readdir, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { abortUploadAfterDays } from "../storage/lifecycle.ts";

const oldestMs = abortUploadAfterDays * 86_400_000;
/** Of this machine, in the characters that every file system takes. */
const host = Buffer.from(hostname()).toString("hex").slice(0, 64);

/** A name for a file being written, which tells by whom. */
export function temporaryName(): string {
  return `${host}.${process.pid}.${randomUUID()}`;
}

/** Removes what writers left that were killed: their process is gone from this machine, or a day has passed. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const [writerHost, pid] = name.split(".");
    const gone = writerHost === host && !isRunning(Number(pid));
    if (gone || (await isOld(path))) await unlink(path).catch(() => undefined);
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > oldestMs;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
