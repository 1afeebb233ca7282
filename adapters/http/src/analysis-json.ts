import {
  type Analysis,
  analysisSchema,
  type Detection,
  detectionSchema,
  type ProgressEvent,
  type UnfinishedDetection,
  unfinishedSchema,
} from "@artguard/core";
import { z } from "zod";

/** How work is shared out, and where images lie in our stores: nobody outside has a use for it. */
const withheld = {
  open_work: true,
  lease_until: true,
  lease_owner: true,
  fence: true,
  attempt: true,
  raw_image_url: true,
  processed_image_url: true,
  image_object: true,
  processed_object: true,
  heatmap_object: true,
  input_object: true,
  dispute_index: true,
  disputed_at: true,
  dispute_revision: true,
} as const;

/** What a measurement holds is its detector's to say. */
const detectionJsonSchema = detectionSchema
  .omit({ heatmap: true })
  .extend({ measurements: z.record(z.string(), z.unknown()).optional() });

/** An analysis as it is answered: the record with the attribute names of the spec, without heat maps. */
export const analysisJsonSchema = analysisSchema.omit(withheld).extend({
  detections: z.array(detectionJsonSchema).optional(),
  unfinished: z.array(unfinishedSchema.omit({ handle: true })).optional(),
});

const withheldNames: ReadonlySet<string> = new Set(Object.keys(withheld));

/** See {@link analysisJsonSchema}. */
export function analysisJson(analysis: Partial<Analysis>): object {
  const { detections, unfinished, ...rest } = analysis;
  const visible = Object.entries(rest).filter(([name]) => !withheldNames.has(name));
  return {
    ...Object.fromEntries(visible),
    ...(detections && { detections: detections.map(withoutHeatmap) }),
    ...(unfinished && { unfinished: unfinished.map(withoutHandle) }),
  };
}

/** A progress event as it is sent; undefined for what stays here. */
export function progressJson(event: ProgressEvent): object | undefined {
  if (event.type === "preprocessed") return undefined;
  if (event.type === "detected") return { ...event, detection: withoutHeatmap(event.detection) };
  if (event.type === "completed") return { ...event, analysis: analysisJson(event.analysis) };
  return event;
}

/** With a handle a late answer is fetched from its detector: ours alone. */
function withoutHandle({ handle: _, ...rest }: UnfinishedDetection): object {
  return rest;
}

function withoutHeatmap({ heatmap: _, ...rest }: Detection): object {
  return rest;
}
