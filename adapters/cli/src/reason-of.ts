import { getSystemErrorMessage } from "node:util";

/** What went wrong with a file, in the system's words: without its number, the call, and names of temporary files. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "errno" in error && typeof error.errno === "number" ? getSystemErrorMessage(error.errno) : error.message;
}
