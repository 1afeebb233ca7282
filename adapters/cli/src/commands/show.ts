import { type Analysis, explainRetention } from "@artguard/core";
import { atomicWrite } from "../atomic-write.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { showCommand } from "../declarations/records.ts";
import { printable } from "../printable.ts";
import { withArtGuard } from "../stores/with-artguard.ts";
import { statementLines } from "./dispute.ts";

/** `artguard show`: one kept analysis, its earlier results, its dispute and how long what is kept. @throws UsageError */
export async function show({ values, operands }: Call<typeof showCommand>): Promise<number> {
  const [requestId = ""] = operands;
  return await withArtGuard(values, async (artguard) => {
    const analysis = await artguard.get(requestId);
    const earlier = (await artguard.versions(requestId)).slice(0, -1);
    const retention = explainRetention(analysis);
    if (values.heatmap !== undefined) await atomicWrite(values.heatmap, await artguard.heatmap(requestId));
    const result = { analysis, earlier_results: earlier, retention };
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : textOf(analysis, earlier, retention));
    return 0;
  });
}

function textOf(
  analysis: Analysis,
  earlier: readonly Analysis[],
  retention: ReturnType<typeof explainRetention>,
): string {
  const { verdict, status, forgery_score, confidence, filename, error_message } = analysis;
  const interval = confidence && ` (${Math.round(confidence.low)} to ${Math.round(confidence.high)})`;
  const lines = [
    `${verdict ?? status} ${forgery_score === undefined ? "" : Math.round(forgery_score)}${interval ?? ""}  ${printable(filename)}`,
    `request_id ${analysis.request_id}, ${new Date(analysis.created_at).toISOString()}, policy ${analysis.policy_version ?? "none"}`,
    ...(error_message === undefined ? [] : [printable(error_message)]),
    ...(analysis.findings ?? []).map(({ claim, weight }) => `  ${weight.toFixed(2)}  ${printable(claim)}`),
    ...statementLines(analysis),
    ...earlier.map(
      (result) =>
        `  before: ${result.verdict} ${Math.round(result.forgery_score ?? 0)} by policy ${result.policy_version}`,
    ),
    "kept:",
    ...retention.map(({ datum, kept, where, until, deleted_by }) =>
      kept
        ? `  ${datum} in the ${where} until ${until ?? "somebody deletes it"}: ${deleted_by}`
        : `  ${datum}: not kept`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
