import { z } from "zod";
import { epochMillisecondsSchema, epochSecondsSchema } from "./time.ts";

/** What a person can agree to. One purpose never implies the other. */
export const consentPurposes = ["image_storage", "training"] as const;

/** That a person agreed to something: to what, to which text of the policy, when, and whether it still holds. */
export const consentSchema = z.object({
  purpose: z.enum(consentPurposes),
  /** Version of the privacy policy that was shown. */
  policy_version: z.string().min(1).max(200),
  granted_at: epochMillisecondsSchema,
  withdrawn_at: epochMillisecondsSchema.optional(),
});
/** See {@link consentSchema}. */
export type Consent = z.infer<typeof consentSchema>;

/** Where a kept image lies, and what it must be. */
export const storedObjectSchema = z.object({
  /** Key in the object store; without user id and file name. */
  key: z.string().min(1),
  /** Lower-case hex SHA-256 of the bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size_bytes: z.number().int().nonnegative(),
  content_type: z.string(),
});
/** See {@link storedObjectSchema}. */
export type StoredObject = z.infer<typeof storedObjectSchema>;

/** Attributes of a record about the image itself, which is kept only with consent or while a job waits for it. */
export const storedImageShape = {
  consent: consentSchema.optional(),
  /** The original bytes. */
  image_object: storedObjectSchema.optional(),
  /** The copy of at most 2048 px. */
  processed_object: storedObjectSchema.optional(),
  /**
   * The fused heat map of the present result: a grey PNG of at most 1024 px, of the upright image. It can show what is in
   * the image, and is kept as that is.
   */
  heatmap_object: storedObjectSchema.optional(),
  /** Epoch seconds from which the image no longer exists for readers. */
  image_expires_at: epochSecondsSchema.optional(),
  /** The bytes of a submitted job, held until it ends. */
  input_object: storedObjectSchema.optional(),
  /** Epoch seconds from which a held input no longer exists; at most 24 h after `created_at`. */
  input_expires_at: epochSecondsSchema.optional(),
  /** Epoch seconds from which the record itself no longer exists; the table's TTL attribute. Absent: it stays. */
  record_expires_at: epochSecondsSchema.optional(),
  /** The spec's name: `image_expires_at` when an image is saved, else `record_expires_at`. */
  auto_delete_date: epochSecondsSchema.optional(),
};

/** What {@link withoutExpiredImage} reads and takes away. */
interface WithImage {
  consent?: Consent | undefined;
  image_saved?: boolean | undefined;
  raw_image_url?: string | undefined;
  processed_image_url?: string | undefined;
  image_object?: StoredObject | undefined;
  processed_object?: StoredObject | undefined;
  heatmap_object?: StoredObject | undefined;
  image_expires_at?: number | undefined;
  auto_delete_date?: number | undefined;
  input_object?: StoredObject | undefined;
  input_expires_at?: number | undefined;
}

/**
 * The record as readers may see it: an image past its time, or kept by a worker while its owner withdrew the consent, is
 * gone, whether or not its bytes are deleted yet.
 */
export function withoutExpiredImage<R extends WithImage>(record: R, nowMs: number): R {
  let visible = record;
  // Records of before have the spec's attribute only.
  const expiresAt = record.image_expires_at ?? (record.image_saved ? record.auto_delete_date : undefined);
  if (record.consent?.withdrawn_at !== undefined || hasPassed(expiresAt, nowMs)) {
    visible = { ...withoutNames(visible), image_saved: false } as R;
  }
  if (hasPassed(record.input_expires_at, nowMs)) {
    const { input_object: _, ...rest } = visible;
    visible = rest as R;
  }
  return visible;
}

function withoutNames(record: WithImage): WithImage {
  const { image_object: _, processed_object: __, heatmap_object: ___, ...named } = record;
  const { raw_image_url: ____, processed_image_url: _____, ...rest } = named;
  return rest;
}

function hasPassed(expiresAt: number | undefined, nowMs: number): boolean {
  return expiresAt !== undefined && expiresAt * 1000 <= nowMs;
}
