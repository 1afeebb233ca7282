import { ArtGuardError, analysisIn, type CompletedAnalysis, completedAnalysisSchema } from "@artguard/core";
import { atomicWrite } from "../atomic-write.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { reportCommand } from "../declarations/records.ts";
import { keptEvidencePage } from "../kept-evidence-page.ts";
import { printable } from "../printable.ts";
import { withArtGuard } from "../stores/with-artguard.ts";

/** `artguard report`: the evidence page of a kept analysis. @returns the exit status. @throws UsageError */
export async function report({ values, operands }: Call<typeof reportCommand>): Promise<number> {
  const [requestId = ""] = operands;
  const { to, json, language } = values;
  return await withArtGuard(values, async (artguard, { processed, installation }) => {
    const analysis = installation
      ? await installation.run(installation.governance.core.analysis.read, { requestId })
      : await artguard.get(requestId);
    const completed = completedAnalysisSchema.safeParse(analysis);
    if (!completed.success) throw notCompleted(analysis);
    const told = language === undefined ? completed.data : analysisIn(completed.data, language);
    const heatmap = () => artguard.heatmap(requestId);
    const { html, hasPicture, hasHeatmap } = await keptEvidencePage(told, { processed, heatmap });
    await atomicWrite(to, html);
    const picture = hasPicture ? "" : ", without the picture: it is not kept, or not readable here";
    const said = { request_id: requestId, report: to, has_picture: hasPicture, has_heat_map: hasHeatmap };
    process.stdout.write(json ? `${JSON.stringify(said)}\n` : `Report: ${printable(to)}${picture}\n`);
    return 0;
  });
}

function notCompleted({ request_id, status }: Pick<CompletedAnalysis, "request_id"> & { readonly status: string }) {
  return new ArtGuardError("analysis.not-completed", `the analysis ${request_id} is ${status}`);
}
