import type { ResumedAnalysis } from "@artguard/core";
import { remoteDetectors } from "../cloud-parts.ts";
import { printable } from "../printable.ts";
import { parseStoreCommand, placeOf } from "../stores/store-options.ts";
import { withArtGuard } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/**
 * `artguard resume`: asks remote detectors whose answer was late once more, and judges the kept analysis with what came.
 *
 * @returns 0 when nothing is awaited any more, else 1.
 * @throws UsageError
 */
export async function resume(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, {});
  const [requestId, ...more] = positionals;
  if (requestId === undefined || more.length > 0)
    throw new UsageError("name one request_id; `artguard history` lists them");
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
