import type { AnalysisSummary } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import type { historyCommand } from "../declarations/records.ts";
import { printable } from "../printable.ts";
import { localUser } from "../stores/local-user.ts";
import { withArtGuard } from "../stores/with-artguard.ts";

/** `artguard history`: the kept analyses, newest first. @returns the exit status. @throws UsageError */
export async function history({ values }: Call<typeof historyCommand>): Promise<number> {
  const { limit, cursor } = values;
  return await withArtGuard(values, async (artguard) => {
    const page = await artguard.history(values.user ?? localUser, { limit, cursor });
    if (values.json) {
      process.stdout.write(`${JSON.stringify(page)}\n`);
      return 0;
    }
    for (const summary of page.items) process.stdout.write(`${lineOf(summary)}\n`);
    if (page.items.length === 0) process.stdout.write("no analyses are kept\n");
    if (page.cursor !== undefined) process.stdout.write(`more: --cursor ${page.cursor}\n`);
    return 0;
  });
}

function lineOf({ created_at, request_id, verdict, status, forgery_score, filename }: AnalysisSummary): string {
  const score = forgery_score === undefined ? "" : String(Math.round(forgery_score));
  const moment = new Date(created_at).toISOString();
  return `${moment}  ${(verdict ?? status).padEnd(13)} ${score.padStart(3)}  ${request_id}  ${printable(filename)}`;
}
