import type { ResumedAnalysis } from "@artguard/core";
import { remoteDetectors } from "../cloud-parts.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { resumeCommand } from "../declarations/records.ts";
import { printable } from "../printable.ts";
import { placeOf } from "../stores/store-options.ts";
import { withArtGuard } from "../stores/with-artguard.ts";

/**
 * `artguard resume`: asks remote detectors whose answer was late once more, and judges the kept analysis with what came.
 *
 * @returns 0 when nothing is awaited any more, else 1.
 * @throws UsageError
 */
export async function resume({ values, operands }: Call<typeof resumeCommand>): Promise<number> {
  const [requestId = ""] = operands;
  const parts = await remoteDetectors(placeOf(values).configuration);
  return await withArtGuard(
    values,
    async (artguard) => {
      const resumed = await artguard.resume(requestId);
      process.stdout.write(values.json ? `${JSON.stringify(resumed)}\n` : textOf(resumed));
      return resumed.awaited.length === 0 ? 0 : 1;
    },
    parts,
  );
}

function textOf({ analysis, merged, awaited }: ResumedAnalysis): string {
  const { verdict, forgery_score, filename } = analysis;
  const lines = [
    ...merged.map((detector) => `${printable(detector)}: its answer was merged`),
    ...awaited.map(({ detector, error }) => {
      const why = error === undefined ? "is still at work" : `${printable(error.message)} (${error.code})`;
      return `${printable(detector)}: ${why}`;
    }),
    `${verdict} ${Math.round(forgery_score)}  ${printable(filename)}`,
  ];
  return `${lines.join("\n")}\n`;
}
