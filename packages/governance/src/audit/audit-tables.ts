import { defineTable, type TableDefinition } from "@artguard/core";
import { z } from "zod";

const natural = z.number().int().nonnegative();
const hashText = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

const entryItemSchema = z.object({
  /** The category. */
  log: z.string(),
  /** Place in the log, from 0, without gaps. */
  index: natural,
  /** The entry: these bytes are what chain and tree are made of. */
  line: z.string(),
  /** Base64 `SHA-256(chain before || leaf hash)`. */
  chain: hashText,
  /** Signed checkpoint of the log up to and with this entry; on some entries only. */
  checkpoint: z.string().optional(),
  // What entries are found by; copies of what the line says.
  written_at: natural,
  subject: z.string(),
  event_type: z.string(),
  status: z.string(),
});
/** An entry as it is stored. */
export type EntryItem = z.infer<typeof entryItemSchema>;

/** See {@link StateItem}. */
export const stateItemSchema = z.object({
  /** `<category>#head`, `#pruned` or `#export`. */
  name: z.string(),
  /** Number of entries that this state speaks of. */
  size: natural,
  /** Right edge of the tree of that size, base64. */
  edge: z.array(hashText).optional(),
  /** Chain after the last of them. */
  chain: hashText.optional(),
  /** Signed checkpoint of that size. */
  checkpoint: z.string().optional(),
  /** Of an export: it is being made up to here. */
  end: natural.optional(),
});
/** What is known of a log as a whole. */
export type StateItem = z.infer<typeof stateItemSchema>;

const subjectItemSchema = z.object({
  /** HMAC of the user_id. */
  lookup: z.string(),
  pseudonym: z.string(),
  /** Key of this subject alone, encrypted. */
  wrapped_key: z.string(),
});
/** Leads from a user to the pseudonym; deleted by an erasure, with the key. */
export type SubjectItem = z.infer<typeof subjectItemSchema>;

const identityItemSchema = z.object({
  pseudonym: z.string(),
  /** The user_id under the subject's key. */
  identity: z.string(),
});
/** Leads from a pseudonym to the user, for who has the key. */
export type IdentityItem = z.infer<typeof identityItemSchema>;

/** The four tables of the audit log. */
export interface AuditTables {
  readonly entries: TableDefinition<EntryItem>;
  readonly state: TableDefinition<StateItem>;
  /** Keep it out of backups that are kept for long: it holds the keys that an erasure destroys. */
  readonly subjects: TableDefinition<SubjectItem>;
  readonly identities: TableDefinition<IdentityItem>;
}

const foundBy = ["status", "event_type", "subject", "written_at"] as const;

/**
 * Declares the tables of the audit log. None has a ttl: what expires is deleted by `sweep`, which keeps the log verifiable.
 *
 * @param environment Last part of the names; default `dev`.
 * @example
 * const declarations = Object.values(defineAuditTables("prod"));
 */
export function defineAuditTables(environment = "dev"): AuditTables {
  return {
    entries: defineTable<EntryItem>({
      name: `artguard-audit-entries-${environment}`,
      key: { partition: "log", sort: "index" },
      indexes: {
        "subject-index": { partition: "subject", sort: "written_at", projection: foundBy },
        "event-index": { partition: "event_type", sort: "written_at", projection: foundBy },
        "time-index": { partition: "log", sort: "written_at", projection: foundBy },
      },
      schema: entryItemSchema,
    }),
    state: defineTable<StateItem>({
      name: `artguard-audit-state-${environment}`,
      key: { partition: "name" },
      indexes: {},
      schema: stateItemSchema,
    }),
    subjects: defineTable<SubjectItem>({
      name: `artguard-audit-subjects-${environment}`,
      key: { partition: "lookup" },
      indexes: { "pseudonym-index": { partition: "pseudonym" } },
      schema: subjectItemSchema,
    }),
    identities: defineTable<IdentityItem>({
      name: `artguard-audit-identities-${environment}`,
      key: { partition: "pseudonym" },
      indexes: {},
      schema: identityItemSchema,
    }),
  };
}
