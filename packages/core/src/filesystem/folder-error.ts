import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: "storage.full",
  EDQUOT: "storage.full",
  EFBIG: "storage.full",
  EACCES: "storage.access-denied",
  EPERM: "storage.access-denied",
  EROFS: "storage.access-denied",
  ELOOP: "storage.corrupt",
};

/** The code that Node gives to a failed call of the operating system. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** The typed form of a failed call of the operating system; any other error as it is. */
export function folderError(error: unknown, doing: "read" | "write"): unknown {
  const code = systemCode(error);
  if (code === undefined || isArtGuardError(error)) return error;
  const otherwise = doing === "write" ? "storage.write-failed" : "storage.unavailable";
  return new ArtGuardError(codes[code] ?? otherwise, (error as Error).message, {
    cause: error,
    details: { errno: code },
  });
}

/** The result of an action on the file system, its failure typed. */
export async function typed<Result>(doing: "read" | "write", action: Promise<Result>): Promise<Result> {
  try {
    return await action;
  } catch (error) {
    throw folderError(error, doing);
  }
}
