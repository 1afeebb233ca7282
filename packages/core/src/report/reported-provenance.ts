import { z } from "zod";

const text = z.string().nullable().default(null);
const texts = z.array(z.string()).default([]);

const manifestSchema = z.object({
  title: text,
  claim_generator: text,
  issuer: text,
  signed_at: text,
  actions: texts,
  digital_source_types: texts,
  get ingredients() {
    return z.array(ingredientSchema);
  },
});
const ingredientSchema = z.object({
  title: text,
  relationship: text,
  failures: texts,
  get manifest() {
    return z.nullable(manifestSchema);
  },
});

/** What the page reads of the measurements of the detector `provenance`; text as the file has it, never trusted. */
const reportedProvenanceSchema = z.object({
  content_credentials: z.object({
    integrity: z.enum(["intact", "tampered", "malformed", "unsupported", "remote-only", "absent"]),
    signer: z.enum(["trusted", "untrusted", "expired"]).nullable().default(null),
    failures: texts,
    identity_failures: texts,
    remote_url: text,
    active_manifest: manifestSchema.nullable().default(null),
  }),
  generator: z.object({ name: z.string(), field: z.string(), excerpt: z.string() }).nullable().default(null),
  digital_source_types: texts,
  camera: z.object({ make: text, model: text }).nullable().default(null),
  software: texts,
  created: text,
  modified: text,
  history: z
    .array(z.object({ action: z.string(), software: z.string().optional(), when: z.string().optional() }))
    .default([]),
});
/** What a file says about where it comes from, as far as the page shows it. */
export type ReportedProvenance = z.infer<typeof reportedProvenanceSchema>;
/** One manifest of the tree. */
export type ReportedManifest = z.infer<typeof manifestSchema>;
/** What went into an image. */
export type ReportedIngredient = z.infer<typeof ingredientSchema>;

/** Reads what was measured; undefined where there is nothing that the page could show. */
export function readProvenance(report: unknown): ReportedProvenance | undefined {
  return reportedProvenanceSchema.safeParse(report).data;
}
