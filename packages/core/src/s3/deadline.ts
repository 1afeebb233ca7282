import { ArtGuardError } from "../errors/artguard-error.ts";

/**
 * Runs one request with a deadline of its own.
 *
 * @param request Gets the signal to hand to the client.
 * @throws ArtGuardError `storage.timed-out` when the deadline passed first; the caller's reason when its signal fired.
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const own = new AbortController();
  const stop = (reason: unknown) => {
    own.abort(reason);
    reject(reason);
  };
  const late = () => stop(new ArtGuardError("storage.timed-out", `S3 did not answer within ${timeoutMs} ms`));
  const timer = setTimeout(late, timeoutMs);
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    // The client is told to stop, but its own answer to that is not waited for.
    return await Promise.race([request(own.signal), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    stopped.catch(() => undefined);
  }
}
