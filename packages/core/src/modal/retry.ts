const longestPauseMs = 8000;

/**
 * How long to wait before the next attempt: full jitter, `random · min(8 s, first · 2^failures)` (Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog 2015), but never less than the server asked for.
 *
 * @param failures Attempts that failed before this pause, less one.
 * @param retryAfterMs What the server asked for, if it did.
 */
export function pauseMs(firstMs: number, failures: number, retryAfterMs = 0, random = Math.random): number {
  return Math.max(retryAfterMs, random() * Math.min(longestPauseMs, firstMs * 2 ** failures));
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, 10.2.3); undefined when it is neither. */
export function retryAfterOf(headers: Headers, now = Date.now()): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
