import { z } from "zod";

const text = z.string().max(1024);
const fact = z.union([text, z.number(), z.boolean(), z.null(), z.array(text).max(32)]);

/**
 * One line of the log: the spec's standard log format, `docs` "Audit & Logging". `operation`, `security_context` and
 * `result` can have further facts beside the named ones; nothing is nested deeper.
 */
export const logEntrySchema = z.strictObject({
  /** ISO 8601, UTC, milliseconds. */
  timestamp: z.iso.datetime(),
  /** `NOUN_VERB`. */
  event_type: text,
  /** 32 hexadecimal digits. */
  trace_id: text,
  severity: z.enum(["INFO", "WARNING", "CRITICAL"]),
  user: z.strictObject({
    /** A pseudonym; `anonymous`, `local`, or the id of a service. */
    id: text,
    /** Never an address: `[redacted]` where there is somebody who has one. */
    email: text.nullable(),
    organization: text.nullable(),
    roles: z.array(text),
  }),
  operation: z
    .object({
      type: text,
      classification: fact.optional(),
      query_hash: fact.optional(),
      approval_required: fact.optional(),
    })
    .catchall(fact),
  security_context: z
    .object({
      ip_address: text.nullable(),
      country: text.nullable(),
      device_fingerprint: text.nullable(),
      session_id: text.nullable(),
      user_agent: text.nullable(),
      authentication_method: text,
      authentication_strength: text,
    })
    .catchall(fact),
  result: z
    .object({
      status: z.enum(["SUCCESS", "REFUSED", "FAILED"]),
      rows_accessed: fact.optional(),
      processing_time_ms: fact.optional(),
    })
    .catchall(fact),
});
/** See {@link logEntrySchema}. */
export type LogEntry = z.infer<typeof logEntrySchema>;
