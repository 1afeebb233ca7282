import { ArtGuardError } from "../errors/artguard-error.ts";

/**
 * How a scripted part of an analysis misbehaves: it throws an error of its technology or a plain one, never answers and
 * does not listen to its signal (`hangs`), or answers only after so many milliseconds, unless its signal fires before.
 */
export type Fault = "throws" | "breaks" | "hangs" | { readonly lateMs: number };

/** Does what the fault says, if there is one. @throws what the fault says, or the signal's reason once it fired. */
export async function suffer(fault: Fault | undefined, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (fault === undefined) return;
  if (fault === "throws") throw new ArtGuardError("storage.throttled", "scripted: too many requests");
  if (fault === "breaks") throw new TypeError("scripted: a defect");
  if (fault === "hangs") return new Promise(() => {});
  await pause(fault.lateMs, signal);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, ms);
    signal?.addEventListener("abort", leave, { once: true });
  });
}
