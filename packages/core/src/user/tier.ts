import { z } from "zod";

/** The subscription tiers of the spec. */
export const accountTiers = ["Free", "Standard", "Premium", "Enterprise"] as const;
/** One of {@link accountTiers}. */
export type AccountTier = (typeof accountTiers)[number];

const limited = z.object({ monthlyQuota: z.number().int().nonnegative() });

/** What each tier allows. `null` analyses a month means unlimited, which only Enterprise may be. */
export const tiersSchema = z.object({
  Free: limited,
  Standard: limited,
  Premium: limited,
  Enterprise: z.object({ monthlyQuota: z.number().int().nonnegative().nullable() }),
});
/** See {@link tiersSchema}. */
export type Tiers = z.infer<typeof tiersSchema>;

/** Analyses a month unless configured otherwise; Premium's figure is that of the spec's example. */
export const defaultTiers: Tiers = {
  Free: { monthlyQuota: 20 },
  Standard: { monthlyQuota: 200 },
  Premium: { monthlyQuota: 1000 },
  Enterprise: { monthlyQuota: null },
};
