import { type Analysis, ArtGuardError, consentSchema } from "@artguard/core";
import { z } from "zod";
import type { Resource } from "../../access/resource.ts";
import { uploadMeter } from "../../usage/usage.ts";
import { defineOperation } from "../operation.ts";
import type { CoreServices } from "./core-services.ts";

const uploadId = z.string().min(1).max(128);
const byId = z.strictObject({ uploadId });
type ById = z.output<typeof byId>;
const body = z.custom<AsyncIterable<Uint8Array>>(
  (value) => typeof value === "object" && value !== null && Symbol.asyncIterator in value,
);

/** Whoever completes an upload again has made one analysis. */
const meter = { name: uploadMeter, eventId: ({ request_id }: Pick<Analysis, "request_id">) => request_id };

/** Operations on images too large for one request. What they make is an analysis: they need the right to make one. */
export function uploadOperations({ artguard: { uploads } }: CoreServices) {
  const common = { permission: "analysis.create", effect: "change", audit: "data-access" } as const;
  const ofUpload = {
    ...common,
    target: async ({ uploadId: id }: ById): Promise<Resource | undefined> => {
      const ownerId = await uploads.ownerOf(id);
      return ownerId === undefined ? undefined : { kind: "upload", id, ownerId };
    },
    absent: () => new ArtGuardError("analysis.upload-not-found", "there is no such upload"),
  };
  return {
    begin: defineOperation({
      ...common,
      name: "upload.begin",
      input: z.strictObject({
        sizeBytes: z.number().int().min(1),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .exactOptional(),
        filename: z.string().max(4096).exactOptional(),
        contentType: z.string().max(255).exactOptional(),
      }),
      target: (_, { principal }) => ({ kind: "upload", ownerId: principal.id }),
      handler: (announced, { context }) => uploads.begin({ ...announced, userId: context.principal.id }),
    }),
    /** `body` is read to its end when the caller may send it, and not at all otherwise. */
    receive: defineOperation({
      ...ofUpload,
      name: "upload.receive",
      input: z.strictObject({ uploadId, body }),
      handler: ({ uploadId: id, body: bytes }, { signal }) => uploads.receive(id, bytes, { ...(signal && { signal }) }),
    }),
    complete: defineOperation({
      ...ofUpload,
      name: "upload.complete",
      input: z.strictObject({
        uploadId,
        saveImage: z.boolean().exactOptional(),
        consent: consentSchema.exactOptional(),
        idempotencyKey: z.string().exactOptional(),
        deadlineMs: z.number().exactOptional(),
        stability: z.boolean().exactOptional(),
      }),
      meter,
      handler: ({ uploadId: id, ...options }) => uploads.complete(id, options),
    }),
    abandon: defineOperation({
      ...ofUpload,
      name: "upload.abandon",
      input: byId,
      handler: ({ uploadId: id }) => uploads.abandon(id),
    }),
  };
}
