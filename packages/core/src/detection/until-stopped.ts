/** What {@link untilStopped} gives in place of a value. */
export const stopped = Symbol("stopped");

/** What the work gives, or {@link stopped} once the signal fires; nobody waits for the work then. */
export async function untilStopped<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | typeof stopped> {
  let stop: (() => void) | undefined;
  const stopping = new Promise<typeof stopped>((resolve) => {
    stop = () => resolve(stopped);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
  // Left behind, it may still fail.
  work.catch(() => {});
  try {
    return await Promise.race([work, stopping]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}
