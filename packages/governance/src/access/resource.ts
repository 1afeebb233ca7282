/** How much harm a disclosure would do, least first. */
export const classifications = ["public", "internal", "confidential", "restricted"] as const;
/** One of {@link classifications}. */
export type Classification = (typeof classifications)[number];

/** What somebody wants to act on. */
export interface Resource {
  /** What it is, in one word: `analysis`, `user`, `dataset`. */
  readonly kind: string;
  /** Absent for a kind as a whole. */
  readonly id?: string;
  /** `user_id` of whom it belongs to; absent: it belongs to nobody. */
  readonly ownerId?: string;
  readonly organizationId?: string;
  readonly classification?: Classification;
}
