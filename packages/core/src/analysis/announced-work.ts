import type { WorkOutcome } from "./process-claim.ts";
import type { WorkAnnouncement } from "./work-announcements.ts";

/** Does announced work: keeps the announcement hidden meanwhile, and removes it when the work has ended for good. */
export async function underAnnouncement(
  announcement: WorkAnnouncement,
  { hideMs, onError }: { readonly hideMs: number; readonly onError: (error: unknown) => void },
  work: () => Promise<WorkOutcome | "ended before" | "given back" | undefined>,
): Promise<void> {
  let hiding: Promise<void> | undefined;
  const beat = setInterval(() => {
    // One at a time: a slow one must not arrive after what is said of the announcement in the end.
    hiding ??= announcement
      .hide(hideMs)
      .catch(onError)
      .finally(() => {
        hiding = undefined;
      });
  }, hideMs / 3);
  try {
    const outcome = await work();
    clearInterval(beat);
    await hiding;
    if (outcome === "completed" || outcome === "failed" || outcome === "ended before") await announcement.remove();
    // Anything else comes again by itself: who holds the work then, or whether it waits, the record says.
    if (outcome === "given back") await announcement.hide(0);
  } catch (error) {
    onError(error);
  } finally {
    clearInterval(beat);
  }
}
