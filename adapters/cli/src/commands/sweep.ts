import type { Privacy, SweepResult } from "@artguard/core";
import { parseStoreCommand } from "../stores/store-options.ts";
import { withPrivacy } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard sweep`: deletes what has expired and ends interrupted erasures; to be run daily. @throws UsageError */
export async function sweep(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, {});
  if (positionals.length > 0) throw new UsageError("sweep takes no arguments");
  return await withPrivacy(values, async (privacy) => {
    const swept = await sweepAll(privacy);
    const erasures = await privacy.resumeErasures();
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...swept, erasures })}\n`
        : `${textOf(swept)}; ${erasures.length} erasures ended\n`,
    );
    return 0;
  });
}

async function sweepAll(privacy: Privacy): Promise<Omit<SweepResult, "next">> {
  const total = { objects_examined: 0, objects_deleted: 0, images_expired: 0, records_deleted: 0, charges_refunded: 0 };
  let cursor: string | undefined;
  do {
    const { next, ...part } = await privacy.sweepExpired(cursor === undefined ? {} : { cursor });
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += part[name];
    cursor = next;
  } while (cursor !== undefined);
  return total;
}

function textOf(swept: Omit<SweepResult, "next">): string {
  const { objects_examined, objects_deleted, images_expired, records_deleted, charges_refunded } = swept;
  const objects = `${objects_deleted} of ${objects_examined} objects deleted`;
  return `${objects}, ${images_expired} images and ${records_deleted} records had expired, ${charges_refunded} charges given back`;
}
