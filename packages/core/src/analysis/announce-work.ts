import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisContext } from "./analysis-context.ts";

/** An analysis that waits although nobody was told of it. */
export interface AnnouncementFailure {
  readonly request_id: string;
  readonly error: unknown;
}

/** Milliseconds for one announcement. */
const timeoutMs = 5000;

/**
 * Tells workers elsewhere that an analysis waits. A failure costs time and not the work, which whoever looks into the
 * store finds; it is told, and nothing is thrown.
 */
export async function announceWork({ request_id }: Analysis, context: AnalysisContext): Promise<void> {
  const { announcements, onAnnouncementFailure } = context;
  if (!announcements) return;
  const late = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new ArtGuardError("queue.timed-out", `no announcement was taken within ${timeoutMs} ms`);
    late.abort(error);
    reject(error);
  }, timeoutMs);
  try {
    await Promise.race([announcements.announce(request_id, { signal: late.signal }), tooLate]);
  } catch (error) {
    onAnnouncementFailure({ request_id, error });
  } finally {
    clearTimeout(timer);
  }
}
