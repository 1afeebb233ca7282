import type { NotApplicable } from "@artguard/core";

/** @param reason One sentence: why the image cannot carry the trace. */
export function notApplicable(reason: string): NotApplicable {
  return { applicable: false, reason };
}
