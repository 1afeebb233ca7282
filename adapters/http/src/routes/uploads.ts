import { type Analysis, type BegunUpload, type Consent, epochMillisecondsSchema } from "@artguard/core";
import { z } from "zod";
import { analysisJson, analysisJsonSchema } from "../analysis-json.ts";
import type { AppContext } from "../app-context.ts";
import { successStatus } from "../error-to-status.ts";
import { attempt, refused, refusedUnread } from "../governed-call.ts";
import { operationRoute, parsed, type Route, valuesOf } from "../route.ts";
import { limitedChunks } from "../upload/limited-chunks.ts";
import { doneSchema, idempotencyHeader, json } from "./schemas.ts";

const tag = "uploads";
const path = "/v1/uploads/{upload_id}";
const parameters = z.object({ upload_id: z.string().min(1).max(128) });

const begin = operationRoute({
  method: "post",
  path: "/v1/uploads",
  tag,
  summary: "Announce an image too large for one request",
  description:
    "Then send the bytes as the answer says, and complete the upload within the hour. A URL without a host is one of this server and wants the caller's credentials, too.",
  body: z.strictObject({
    size_bytes: z.number().int().min(1),
    filename: z.string().max(4096).exactOptional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .exactOptional()
      .describe("Lower-case hex; the bytes must have it."),
    content_type: z
      .string()
      .regex(/^[\w.+-]{1,100}\/[\w.+-]{1,100}$/)
      .exactOptional()
      .describe("To be sent with the bytes. What they are is told by the bytes."),
  }),
  operation: "upload.begin",
  input: ({ size_bytes, content_type, ...rest }) => ({
    ...rest,
    sizeBytes: size_bytes,
    ...(content_type !== undefined && { contentType: content_type }),
  }),
  output: (output) => {
    const { upload_id, expires_at, request } = output as BegunUpload;
    const own = { method: "PUT", url: `/v1/uploads/${upload_id}/content`, headers: {} };
    return { upload_id, expires_at, ...(request ?? own) };
  },
  success: [
    {
      status: "created",
      description: "Where the bytes go.",
      bodies: json(
        z.object({
          upload_id: z.string(),
          expires_at: z.number().describe("Epoch milliseconds until which the upload can be completed."),
          method: z.literal("PUT"),
          url: z.string(),
          headers: z.record(z.string(), z.string()).describe("To be sent exactly so."),
        }),
      ),
    },
  ],
});

const receiveDocument = {
  method: "put",
  path: `${path}/content`,
  tag,
  summary: "The bytes of an upload, where the store itself takes none from outside",
  path_parameters: parameters,
  bytes: "Exactly the announced bytes.",
  success: [{ status: "ok", description: "They are stored.", bodies: json(doneSchema) }],
} as const;

const receive: Route = {
  ...receiveDocument,
  handle: async (c, app) => {
    const refusal = await refusedUnread(c, app, "upload.receive");
    if (refusal) return refusal;
    const { upload_id: uploadId } = await valuesOf(c, app, receiveDocument);
    // Nothing is held: the store takes each piece before the next one is read.
    const body = limitedChunks(c.req.raw, { maxBytes: app.limits.largeUploadBytes, hold: () => undefined });
    const outcome = await attempt(c, app, "upload.receive", { uploadId, body }, { signal: c.req.raw.signal });
    if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
    return c.json({}, successStatus.ok);
  },
};

const completion = z.strictObject({
  save_image: z
    .boolean()
    .exactOptional()
    .describe("Keep the image for 30 days: the consent of its owner to that, and to nothing else."),
  consent_policy_version: z.string().min(1).max(200).exactOptional(),
  stability: z.boolean().exactOptional().describe("Also probe whether the verdict outlives a messenger app."),
});
const completeDocument = {
  method: "post",
  path: `${path}/complete`,
  tag,
  summary: "Have an uploaded image analysed",
  description:
    "What lies there must be what was announced. The same completion again is answered with the same record.",
  path_parameters: parameters,
  body: completion,
  headers: [idempotencyHeader],
  success: [
    {
      status: "accepted",
      description: "The record of an analysis that will be done; Location leads to it.",
      bodies: json(analysisJsonSchema),
    },
  ],
} as const;

const complete: Route = {
  ...completeDocument,
  handle: async (c, app) => {
    const refusal = await refusedUnread(c, app, "upload.complete");
    if (refusal) return refusal;
    const values = await valuesOf(c, app, completeDocument);
    const key = c.req.header("idempotency-key");
    const input = {
      uploadId: values["upload_id"],
      ...optionsOf(parsed(completion.loose(), values), app),
      ...(key !== undefined && { idempotencyKey: key }),
    };
    // The whole image is read: no more at a time than are analysed.
    const outcome = await app.work.run(() => attempt(c, app, "upload.complete", input));
    if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
    const record = outcome.output as Analysis;
    return c.json(analysisJson(record), successStatus.accepted, { Location: `/v1/analyses/${record.request_id}` });
  },
};

function optionsOf(
  { save_image = false, stability = false, consent_policy_version }: z.output<typeof completion>,
  { consentPolicyVersion, now }: AppContext,
) {
  const consent: Consent = {
    purpose: "image_storage",
    policy_version: consent_policy_version ?? consentPolicyVersion,
    granted_at: epochMillisecondsSchema.parse(now()),
  };
  return { stability, ...(save_image && { saveImage: true, consent }) };
}

const abandon = operationRoute({
  method: "delete",
  path,
  tag,
  summary: "Give an upload up",
  path_parameters: parameters,
  operation: "upload.abandon",
  input: ({ upload_id }) => ({ uploadId: upload_id }),
  success: [{ status: "ok", description: "Its bytes are deleted.", bodies: json(doneSchema) }],
});

/** Routes of images too large for one request. */
export const uploadRoutes: readonly Route[] = [begin, receive, complete, abandon];
