/** Where entries lie and how long they are kept (spec, "Logging Categories"). */
export const auditCategories = {
  security: { retentionYears: 7, group: "/datapuravida/security/audit" },
  queries: { retentionYears: 3, group: "/datapuravida/queries" },
  application: { retentionYears: 1, group: "/datapuravida/application" },
} as const satisfies Readonly<Record<string, { readonly retentionYears: number; readonly group: string }>>;

/** One of {@link auditCategories}. Each is a log of its own, with its own chain, tree and checkpoints. */
export type AuditCategory = keyof typeof auditCategories;

/** The names of {@link auditCategories}. */
export const auditCategoryNames = Object.keys(auditCategories) as readonly AuditCategory[];

/**
 * When an entry of this moment may be deleted. Epoch milliseconds; 29 February counts on to 1 March.
 *
 * @example
 * new Date(retentionEnd("security", Date.now()));
 */
export function retentionEnd(category: AuditCategory, writtenAt: number): number {
  const end = new Date(writtenAt);
  return end.setUTCFullYear(end.getUTCFullYear() + auditCategories[category].retentionYears);
}
