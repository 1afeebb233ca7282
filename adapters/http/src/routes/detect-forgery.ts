import { type Analysis, ArtGuardError, type Consent, epochMillisecondsSchema, requestHash } from "@artguard/core";
import type { Outcome } from "@artguard/governance";
import { z } from "zod";
import { analysisJson, analysisJsonSchema } from "../analysis-json.ts";
import type { AppContext, RequestContext } from "../app-context.ts";
import { successStatus } from "../error-to-status.ts";
import { admitAnonymous, attempt, refused, refusedUnreadUnlessAnonymous } from "../governed-call.ts";
import { eventStream } from "../live/event-stream.ts";
import { flagInQuery, parsed, type Route } from "../route.ts";
import { readUpload, type Upload } from "../upload/read-upload.ts";
import { eventSchema, idempotencyHeader } from "./schemas.ts";

const query = z.object({
  save_image: flagInQuery
    .optional()
    .describe("Keep the image for 30 days: the consent of its owner to that, and to nothing else."),
  stability: flagInQuery.optional().describe("Also probe whether the verdict outlives a messenger app."),
});
const form = z.object({
  file: z.any().describe("The image: JPEG, PNG, WebP, TIFF, AVIF or GIF; its type is told by its bytes."),
  consent_policy_version: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Version of the privacy policy that was shown, with save_image; default that of the server."),
});

/** `POST /detect-forgery`, as the spec has it. */
export const detectForgery: Route = {
  method: "post",
  path: "/detect-forgery",
  tag: "analyses",
  summary: "Analyse an image",
  description:
    "Answers when the analysis is done. With `Prefer: respond-async` it is done later, with `Accept: text/event-stream` its progress is answered as it happens. Where callers without credential are admitted, `X-Anonymous-Token` of the answer is the bearer token by which they read it later, and erase it.",
  query,
  form,
  headers: [idempotencyHeader, { name: "Prefer", description: "`respond-async` (RFC 7240).", schema: z.string() }],
  success: [
    {
      status: "ok",
      description: "The analysis, or its progress.",
      bodies: [
        { type: "application/json", schema: analysisJsonSchema },
        { type: "text/event-stream", schema: eventSchema },
      ],
    },
    {
      status: "accepted",
      description: "The record of an analysis that will be done; Location leads to it.",
      bodies: [{ type: "application/json", schema: analysisJsonSchema }],
    },
  ],
  handle: (c, app) =>
    new Promise((respond, reject) => {
      app.held.during((hold) => receive(c, app, { hold, respond })).catch(reject);
    }),
};

/** How a request is taken in and answered; the answer may come before the work is done. */
interface Exchange {
  readonly hold: (bytes: number) => void;
  readonly respond: (response: Response) => void;
}

async function receive(c: RequestContext, app: AppContext, { hold, respond }: Exchange): Promise<void> {
  const refusal = await refusedUnreadUnlessAnonymous(c, app, "analysis.create");
  if (refusal) return respond(refusal);
  const options = parsed(query, c.req.query());
  const upload = await readUpload(c.req.raw, { maxBytes: app.limits.uploadBytes, hold });
  const input = inputOf(c, app, upload, options);
  await admitAnonymous(c, app);
  if (prefersAsync(c)) respond(await submit(c, app, input));
  else await app.work.run(() => analyse(c, app, input, respond));
}

type Options = z.output<typeof query>;

function inputOf(c: RequestContext, app: AppContext, { bytes, filename, fields }: Upload, options: Options) {
  const { save_image = false, stability = false } = options;
  const { consent_policy_version: policy_version = app.consentPolicyVersion } = parsed(form, { file: "", ...fields });
  const key = c.req.header("idempotency-key");
  const consent: Consent = {
    purpose: "image_storage",
    policy_version,
    granted_at: epochMillisecondsSchema.parse(app.now()),
  };
  const asked = { save_image, stability, ...(save_image && { policy_version }) };
  return {
    bytes,
    filename,
    stability,
    ...(save_image && { saveImage: true, consent }),
    ...(key !== undefined && { idempotency: { key, requestHash: requestHash(bytes, asked) } }),
  };
}

type Input = ReturnType<typeof inputOf>;

function prefersAsync(c: RequestContext): boolean {
  return /\brespond-async\b/i.test(c.req.header("prefer") ?? "");
}

async function submit(c: RequestContext, app: AppContext, input: Input): Promise<Response> {
  const outcome = await attempt(c, app, "analysis.submit", input);
  if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
  const record = outcome.output as Analysis;
  return c.json(analysisJson(record), successStatus.accepted, {
    Location: `/v1/analyses/${record.request_id}`,
    "Preference-Applied": "respond-async",
  });
}

/** What is refused before the analysis begins is an ordinary error, also of a stream. */
async function analyse(c: RequestContext, app: AppContext, input: Input, respond: Exchange["respond"]): Promise<void> {
  const streams = c.req.header("accept")?.includes("text/event-stream") ?? false;
  // A stream can be resumed, and whoever repeats a request by its key finds the first one: both go on without a caller.
  const signal = streams || input.idempotency ? undefined : c.req.raw.signal;
  // Whoever went away while waiting is not charged for it.
  if (signal?.aborted) throw new ArtGuardError("analysis.aborted", "the caller went away before the analysis began");
  const { live, outcome } = app.live.follow((onProgress) =>
    attempt(c, app, "analysis.create", { ...input, onProgress }, { ...(signal && { signal }) }),
  );
  if (streams) {
    const events = live.after(undefined);
    const first = await events.next();
    if (live.requestId !== undefined && !first.done) respond(eventStream(c, withFirst(first.value, events)));
  }
  respond(answerOf(c, app, await outcome));
}

function answerOf(c: RequestContext, app: AppContext, outcome: Outcome<unknown>): Response {
  if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
  return c.json(analysisJson(outcome.output as Analysis), successStatus.ok);
}

async function* withFirst<Value>(first: Value, rest: AsyncIterable<Value>): AsyncGenerator<Value> {
  yield first;
  yield* rest;
}
