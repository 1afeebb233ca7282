import { z } from "zod";
import { epochMillisecondsSchema } from "../analysis/time.ts";
import { emailSchema } from "./email.ts";
import { quotaPeriodSchema } from "./quota-period.ts";
import { accountTiers } from "./tier.ts";
import { userIdSchema } from "./user-id.ts";

const count = z.number().int().nonnegative();
const name = z.string().min(1).max(200);

/** A user: the attributes of the spec's table 2, the period of the quota, and the mark of an erasure. */
export const userSchema = z
  .object({
    user_id: userIdSchema,
    /** Normalised. Only anonymous users have none. */
    email: emailSchema.optional(),
    account_tier: z.enum(accountTiers),
    /** Images analysed, ever; an analysis that the system failed does not count. */
    total_uploads: count,
    created_at: epochMillisecondsSchema,
    last_login: epochMillisecondsSchema,
    first_name: name.optional(),
    last_name: name.optional(),
    company: name.optional(),
    /** HMAC of the newest API key, for readers of the spec's schema; keys are found by their own items. */
    api_key_hash: z.string().optional(),
    /** Analyses a month for this user alone; without it the tier says how many. */
    monthly_quota: count.optional(),
    /** Analyses of `quota_period`. */
    quota_used: count.optional(),
    quota_period: quotaPeriodSchema.optional(),
    /** Nobody knows who this is: there is no e-mail, and the deletion token alone proves the owner. */
    anonymous: z.literal(true).optional(),
    /** Since when the user is being erased; nothing new is accepted from then on. */
    erasing_at: epochMillisecondsSchema.optional(),
  })
  .refine(({ email, anonymous }) => (email === undefined) === (anonymous === true), {
    message: "a user has an e-mail address or is anonymous",
    path: ["email"],
  });
/** See {@link userSchema}. */
export type User = z.infer<typeof userSchema>;
