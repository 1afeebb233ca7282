import type { CompletedAnalysis } from "@artguard/core";
import type { Overlay } from "@artguard/core/report";
import type { LiveAnalyses } from "./live-analyses.ts";

/** The heat maps that lie over the picture on an evidence page: undefined when nobody has them any more. */
export async function overlaysAtHand(
  live: LiveAnalyses,
  { request_id, regions }: CompletedAnalysis,
): Promise<readonly Overlay[] | undefined> {
  const analysis = live.find(request_id);
  if (!analysis?.drawable) return analysis && regions.length === 0 ? [] : undefined;
  const { overlaysOf } = await import("@artguard/core/report");
  return overlaysOf(analysis.drawable.detections, analysis.drawable.info);
}
