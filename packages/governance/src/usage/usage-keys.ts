import { periodOf } from "./period.ts";
import type { UsageLimit, UsageSubject } from "./plan.ts";

/** Partition of everything about a subject. */
export const subjectPartition = (subject: UsageSubject) => `SUBJECT#${subjectText(subject)}`;
/** How a subject is written in keys. */
export const subjectText = ({ kind, id }: UsageSubject) => `${kind}#${encodeURIComponent(id)}`;
/** Key of plan and suspension of a subject. */
export const standingKey = (subject: UsageSubject) => ({ usage_id: subjectPartition(subject), entry: "STANDING" });

/** Key of the counter of a meter in the period of a moment. */
export function counterKey(
  subject: UsageSubject,
  { meter, period }: Pick<UsageLimit, "meter" | "period">,
  now: number,
) {
  return { usage_id: subjectPartition(subject), entry: `COUNT#${meter}#${periodOf(period, now)}` };
}
