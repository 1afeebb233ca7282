import {
  type Analysis,
  analysisIn,
  analysisStatuses,
  languages,
  type Page,
  type SimilarAnalysis,
  verdicts,
} from "@artguard/core";
import { z } from "zod";
import { analysisJson, analysisJsonSchema } from "../analysis-json.ts";
import type { AppContext, RequestContext } from "../app-context.ts";
import { successStatus } from "../error-to-status.ts";
import { attempt, refused } from "../governed-call.ts";
import { eventStream } from "../live/event-stream.ts";
import type { LiveEvent } from "../live/live-analyses.ts";
import { operationRoute, type Route } from "../route.ts";
import { languageQuery } from "./evidence-page.ts";
import { eventSchema, json, pageQuery, pageSchema, whose, whoseQuery } from "./schemas.ts";

const tag = "analyses";
const path_parameters = z.object({ request_id: z.string().min(1).max(128) });
const ofOne = { tag, path_parameters } as const;
const oneById = ({ request_id }: Readonly<Record<string, unknown>>) => ({ requestId: request_id });
const asJson = (output: unknown) => analysisJson(output as Analysis);

/** A line of the history. */
const summarySchema = z.looseObject({
  request_id: z.string(),
  created_at: z.number(),
  status: z.enum(analysisStatuses),
  filename: z.string(),
  verdict: z.enum(verdicts).optional(),
  forgery_score: z.number().optional(),
});
const similarSchema = z.object({
  analysis: analysisJsonSchema,
  distance: z.number().describe("Bits of the perceptual hash that differ, 0–64."),
  mirrored: z.boolean(),
});
const retainedSchema = z.object({
  datum: z.string(),
  kept: z.boolean(),
  where: z.string(),
  until: z.string().nullable().describe("ISO 8601, or null: until somebody deletes it."),
  why: z.string(),
  deleted_by: z.string(),
});
const list = operationRoute({
  method: "get",
  path: "/v1/analyses",
  tag,
  summary: "The history, newest first",
  query: whoseQuery.extend(pageQuery.shape),
  operation: "analysis.list",
  input: whose,
  success: [{ status: "ok", description: "A page of analyses.", bodies: json(pageSchema(summarySchema)) }],
  output: (output) => {
    const { items, ...rest } = output as Page<Analysis>;
    return { ...rest, items: items.map(analysisJson) };
  },
});

const read = operationRoute({
  ...ofOne,
  method: "get",
  path: "/v1/analyses/{request_id}",
  summary: "One analysis",
  query: languageQuery,
  operation: "analysis.read",
  input: oneById,
  success: [{ status: "ok", description: "The record.", bodies: json(analysisJsonSchema) }],
  output: (output, { language }) => {
    const record = output as Analysis;
    const asked = languages.find((each) => each === language);
    return analysisJson(asked ? analysisIn(record, asked) : record);
  },
});

const versions = operationRoute({
  ...ofOne,
  method: "get",
  path: "/v1/analyses/{request_id}/versions",
  summary: "Its results, oldest first",
  operation: "analysis.versions",
  input: oneById,
  success: [{ status: "ok", description: "All results.", bodies: json(pageSchema(analysisJsonSchema)) }],
  output: (output) => ({ items: (output as Analysis[]).map(analysisJson) }),
});

const retention = operationRoute({
  ...ofOne,
  method: "get",
  path: "/v1/analyses/{request_id}/retention",
  summary: "What is kept of it, where, until when and why",
  operation: "analysis.explain-retention",
  input: oneById,
  success: [{ status: "ok", description: "Each datum.", bodies: json(pageSchema(retainedSchema)) }],
  output: (items) => ({ items }),
});

const similar = operationRoute({
  ...ofOne,
  method: "get",
  path: "/v1/analyses/{request_id}/similar",
  summary: "The caller's analyses of the same or a nearly identical picture, nearest first",
  operation: "analysis.find-similar",
  input: oneById,
  success: [{ status: "ok", description: "What was found.", bodies: json(pageSchema(similarSchema)) }],
  output: (found) => ({
    items: (found as SimilarAnalysis[]).map((each) => ({ ...each, analysis: analysisJson(each.analysis) })),
  }),
});

const reanalyze = operationRoute({
  ...ofOne,
  method: "post",
  path: "/v1/analyses/{request_id}/reanalyze",
  summary: "Judge a saved image again",
  operation: "analysis.reanalyze",
  input: oneById,
  success: [{ status: "ok", description: "The new result.", bodies: json(analysisJsonSchema) }],
  output: asJson,
});

const withdrawConsent = operationRoute({
  ...ofOne,
  method: "post",
  path: "/v1/analyses/{request_id}/withdraw-consent",
  summary: "Take the consent back and delete the image",
  operation: "analysis.withdraw-consent",
  input: oneById,
  success: [{ status: "ok", description: "The record without its image.", bodies: json(analysisJsonSchema) }],
  output: asJson,
});

const remove = operationRoute({
  ...ofOne,
  method: "delete",
  path: "/v1/analyses/{request_id}",
  summary: "Delete an analysis with its images and earlier results",
  operation: "analysis.delete",
  input: oneById,
  success: [{ status: "ok", description: "It is gone.", bodies: json(z.looseObject({})) }],
});

const heatMap: Route = {
  ...ofOne,
  method: "get",
  path: "/v1/analyses/{request_id}/heat-map.png",
  summary: "Where the image was forged",
  description:
    "8-bit grey, 255 = most suspicious, of the upright original: for some minutes at its size, from the process that made the analysis; later at no more than 1024 px, as long as the image is kept. None is kept of an image that is not.",
  success: [{ status: "ok", description: "The picture.", bodies: [{ type: "image/png" }] }],
  handle: async (c, app) => {
    const requestId = c.req.param("request_id") ?? "";
    const outcome = await attempt(c, app, "analysis.read", { requestId });
    if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
    const drawn = await remembered(outcome.output as Analysis, app);
    if (drawn) return picture(c, drawn);
    const kept = await attempt(c, app, "analysis.heat-map", { requestId });
    if (!kept.ok) return refused(c, kept.envelope, kept.context.principal, app);
    return picture(c, kept.output as Uint8Array);
  },
};

/** What this process made of it, at full size. */
async function remembered(analysis: Analysis, { live }: AppContext): Promise<Uint8Array | undefined> {
  const drawn = live.heatmapOf(analysis);
  if (!drawn) return undefined;
  const { encodePng, renderHeatmap } = await import("@artguard/core/image");
  return encodePng(renderHeatmap(drawn.heatmap, drawn.info));
}

function picture(c: RequestContext, png: Uint8Array): Response {
  return c.body(Buffer.from(png), successStatus.ok, { "Content-Type": "image/png" });
}

const events: Route = {
  ...ofOne,
  method: "get",
  path: "/v1/analyses/{request_id}/events",
  summary: "The progress of an analysis, as server-sent events",
  description:
    "The events of `analyzeStream`, from the one after Last-Event-ID on; an error is the event `failed`. For an analysis of another process, or long ago, only what its record says: clients come again while it is not ended.",
  headers: [{ name: "Last-Event-ID", description: "Id of the last event that arrived.", schema: z.string() }],
  success: [{ status: "ok", description: "Events.", bodies: [{ type: "text/event-stream", schema: eventSchema }] }],
  handle: async (c, app) => {
    const requestId = c.req.param("request_id") ?? "";
    const outcome = await attempt(c, app, "analysis.read", { requestId });
    if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
    const live = app.live.find(requestId);
    return eventStream(
      c,
      live ? live.after(c.req.header("last-event-id")) : recordedEvents(outcome.output as Analysis),
    );
  },
};

/** What the record alone tells. */
async function* recordedEvents(record: Analysis): AsyncGenerator<LiveEvent, void, undefined> {
  const { request_id, status, error } = record;
  const event = (number: number, type: string, data: object) => ({
    id: `${request_id}:record:${number}`,
    type,
    data: JSON.stringify({ type, ...data }),
  });
  yield event(1, "created", { request_id });
  if (status === "COMPLETED") yield event(2, "completed", { analysis: analysisJson(record) });
  if (status === "FAILED") yield event(2, "failed", { error });
}

/** Routes of analyses but the first one. */
export const analysisRoutes: readonly Route[] = [
  list,
  read,
  versions,
  retention,
  similar,
  reanalyze,
  withdrawConsent,
  remove,
  heatMap,
  events,
];
