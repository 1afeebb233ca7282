import { z } from "zod";
import { usageSubjectSchema } from "./plan.ts";

/**
 * That something was used, as a CloudEvent 1.0. `id` is the id of the operation: an event that is delivered twice is
 * counted once by whoever goes by `source` and `id`, as the specification asks.
 */
export const usageEventSchema = z.strictObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.literal("artguard.usage.v1"),
  /** The first subject, e.g. `user/u1`. */
  subject: z.string().min(1),
  /** RFC 3339. */
  time: z.string(),
  datacontenttype: z.literal("application/json"),
  data: z.strictObject({
    meter: z.string(),
    quantity: z.number().int().positive(),
    operation: z.string(),
    subjects: z.array(usageSubjectSchema),
  }),
});
/** See {@link usageEventSchema}. */
export type UsageEvent = z.infer<typeof usageEventSchema>;
