import { ArtGuardError } from "@artguard/core";
import { z } from "zod";

/** What usage is counted for. */
export const usageSubjectSchema = z.strictObject({
  kind: z.enum(["user", "organization", "dataset"]),
  id: z.string().min(1).max(256),
});
/** See `usageSubjectSchema`. */
export type UsageSubject = z.infer<typeof usageSubjectSchema>;

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, "expected lower-case letters, digits, _ and -");

/** How much of one meter a plan allows in a period: a UTC day, a UTC month, or ever. */
const usageLimitSchema = z.strictObject({
  meter: name,
  /** In units of the meter. */
  limit: z.number().int().nonnegative(),
  period: z.enum(["day", "month", "ever"]),
});
/** One limit of a plan. */
export type UsageLimit = z.infer<typeof usageLimitSchema>;

/** Limits by plan. A meter that a plan does not name is counted without a limit. */
export const plansSchema = z.record(
  name,
  z.strictObject({
    limits: z.array(usageLimitSchema),
  }),
);
/** See {@link plansSchema}. */
export type Plans = z.infer<typeof plansSchema>;

/** @throws ArtGuardError `usage.invalid-input` */
export function parsePlans(value: unknown, defaultPlan: string): Plans {
  const parsed = plansSchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new ArtGuardError("usage.invalid-input", `plans.${path.join(".")}: ${message}`);
  }
  if (!Object.hasOwn(parsed.data, defaultPlan)) {
    throw new ArtGuardError("usage.invalid-input", `there is no plan "${defaultPlan}"`);
  }
  return parsed.data;
}

/** Plans whose every limit on the meter is higher than this one, or that have none: what an upgrade can be to. */
export function upgradesOf(plans: Plans, { meter, limit }: UsageLimit): string[] {
  return Object.entries(plans).flatMap(([plan, { limits }]) =>
    limits.every((other) => other.meter !== meter || other.limit > limit) ? [plan] : [],
  );
}
