import { type Analysis, citedEvidence, type Explanation, explanationOf } from "@artguard/core";
import { explanationLines } from "@artguard/core/report";
import type { Call } from "../command-line/declare-command.ts";
import type { explainCommand } from "../declarations/records.ts";
import { printable } from "../printable.ts";
import { withArtGuard } from "../stores/with-artguard.ts";

/** `artguard explain`: every sentence on a kept analysis, and the evidence it rests on. @throws UsageError */
export async function explain({ values, operands }: Call<typeof explainCommand>): Promise<number> {
  const [requestId = ""] = operands;
  return await withArtGuard(values, async (artguard) => {
    const analysis = await artguard.get(requestId);
    const explanation = explanationOf(analysis, values.language);
    process.stdout.write(
      values.json ? `${JSON.stringify(json(analysis, explanation))}\n` : text(analysis, explanation),
    );
    return 0;
  });
}

function json(analysis: Analysis, { sentences, ...explanation }: Explanation): object {
  return {
    request_id: analysis.request_id,
    explanation: {
      ...explanation,
      sentences: sentences.map((sentence) => ({
        ...sentence,
        evidence: sentence.cites.flatMap((cite) => citedEvidence(cite, analysis)),
      })),
    },
  };
}

function text(analysis: Analysis, explanation: Explanation): string {
  return `${explanationLines(explanation, analysis).map(printable).join("\n")}\n`;
}
