import { type Analysis, ArtGuardError, completedAnalysisSchema, languages } from "@artguard/core";
import { z } from "zod";
import { successStatus } from "../error-to-status.ts";
import { attempt, refused } from "../governed-call.ts";
import { overlaysAtHand } from "../live/overlays-at-hand.ts";
import { parsed, type Route } from "../route.ts";

/** In which language an analysis is told. */
export const languageQuery = z.object({
  language: z.enum(languages).optional().describe("Default that of the stored explanation."),
});

/**
 * `GET /v1/analyses/{request_id}/evidence.html`. The page is ours and its words are not: it is sent to be kept, under its
 * own policy and, where somebody shows it all the same, in an origin of its own.
 */
export const evidencePageRoute: Route = {
  method: "get",
  path: "/v1/analyses/{request_id}/evidence.html",
  tag: "analyses",
  path_parameters: z.object({ request_id: z.string().min(1).max(128) }),
  query: languageQuery,
  summary: "The evidence of an analysis as one HTML file that loads nothing",
  description:
    "With all heat maps for some minutes, from the process that made the analysis; later with the fused one, as long as the image is kept. The picture is not in it: without consent nobody keeps it, and a kept one is not given out.",
  success: [{ status: "ok", description: "The page, as an attachment.", bodies: [{ type: "text/html" }] }],
  handle: async (c, app) => {
    const { language } = parsed(languageQuery, c.req.query());
    const requestId = c.req.param("request_id") ?? "";
    const outcome = await attempt(c, app, "analysis.read", { requestId });
    if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
    const analysis = completed(outcome.output as Analysis);
    const { evidencePage, evidencePagePolicy } = await import("@artguard/core/report");
    const page = evidencePage({
      name: analysis.filename || analysis.request_id,
      analysis,
      overlays: await overlaysAtHand(c, app, analysis),
      ...(language && { language }),
    });
    return c.body(page, successStatus.ok, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Disposition": `attachment; filename="artguard-${analysis.request_id}.html"`,
      "Content-Security-Policy": `${evidencePagePolicy}; frame-ancestors 'none'; sandbox allow-scripts`,
    });
  },
};

function completed(record: Analysis) {
  const { success, data } = completedAnalysisSchema.safeParse(record);
  if (success) return data;
  throw new ArtGuardError("analysis.not-completed", `the analysis ${record.request_id} is ${record.status}`);
}
