import type { AnalysisComparison } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import { comparisonText } from "../comparison-text.ts";
import type { compareCommand } from "../declarations/images.ts";
import { withArtGuard } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/**
 * `artguard compare`: a picture with those of an artist, two kept analyses, or the results of one.
 *
 * @returns the exit status: 1 when there is nothing to compare.
 * @throws UsageError
 */
export async function compare({ values, operands }: Call<typeof compareCommand>): Promise<number> {
  const [first = "", second] = operands;
  const { references, versions } = values;
  const ways = [references !== undefined, versions, second !== undefined].filter(Boolean).length;
  if (ways === 0) throw new UsageError("name --references for an image, a second request_id, or --versions");
  if (ways > 1) throw new UsageError("--references, --versions and a second request_id exclude each other");
  if (references !== undefined) {
    const { compareReferences } = await import("./compare-references.ts");
    return await compareReferences(first, references, values.json);
  }
  return await withArtGuard(values, async (artguard) => {
    const { compareAnalyses } = await import("@artguard/core");
    const compared =
      second === undefined
        ? await artguard.versions(first)
        : await Promise.all([artguard.get(first), artguard.get(second)]);
    const comparisons = compared.slice(1).map((to, index) => compareAnalyses(compared[index] ?? to, to));
    for (const comparison of comparisons) print(comparison, values.json);
    if (comparisons.length > 0) return 0;
    process.stderr.write("artguard: it has one result only, nothing to compare\n");
    return 1;
  });
}

function print(comparison: AnalysisComparison, json: boolean): void {
  process.stdout.write(`${json ? JSON.stringify(comparison) : comparisonText(comparison)}\n`);
}
