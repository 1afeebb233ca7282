import { sweepAll, type WholeSweep } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import type { sweepCommand } from "../declarations/records.ts";
import { withRights } from "../stores/with-artguard.ts";

/** `artguard sweep`: deletes what has expired and ends interrupted erasures; to be run daily. @throws UsageError */
export async function sweep({ values }: Call<typeof sweepCommand>): Promise<number> {
  return await withRights(values, async (rights) => {
    const swept = await sweepAll(rights);
    process.stdout.write(`${values.json ? JSON.stringify(swept) : textOf(swept)}\n`);
    return 0;
  });
}

function textOf(swept: WholeSweep): string {
  const { objects_examined, objects_deleted, images_expired, records_deleted, charges_refunded, erasures } = swept;
  const objects = `${objects_deleted} of ${objects_examined} objects deleted`;
  return `${objects}, ${images_expired} images and ${records_deleted} records had expired, ${charges_refunded} charges given back; ${erasures.length} erasures ended`;
}
