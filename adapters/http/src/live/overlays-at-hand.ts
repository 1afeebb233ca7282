import type { CompletedAnalysis } from "@artguard/core";
import type { Overlay } from "@artguard/core/report";
import type { AppContext, RequestContext } from "../app-context.ts";
import { attempt } from "../governed-call.ts";

/**
 * The heat maps that lie over the picture on an evidence page: all of them while this process remembers that result, then
 * the one that is kept with the image; undefined when nobody has any that the caller may see.
 */
export async function overlaysAtHand(
  c: RequestContext,
  app: AppContext,
  { request_id, regions, version_number = 1, heatmap_object }: CompletedAnalysis,
): Promise<readonly Overlay[] | undefined> {
  const { fusedOverlay, overlaysOf } = await import("@artguard/core/report");
  const live = app.live.find(request_id);
  if (live?.drawable?.version === version_number) return overlaysOf(live.drawable.detections, live.drawable.info);
  if (!heatmap_object) return live && version_number === 1 && regions.length === 0 ? [] : undefined;
  const kept = await attempt(c, app, "analysis.heat-map", { requestId: request_id });
  return kept.ok ? [{ id: fusedOverlay, displayOnly: false, png: kept.output as Uint8Array }] : undefined;
}
