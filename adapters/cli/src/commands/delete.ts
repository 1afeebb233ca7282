import { type ErrorRecord, isArtGuardError } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import type { deleteCommand } from "../declarations/records.ts";
import { reportFailure, withArtGuard } from "../stores/with-artguard.ts";

/** `artguard delete`: deletes kept analyses with their images and earlier results. @throws UsageError */
export async function deleteAnalyses({ values, operands }: Call<typeof deleteCommand>): Promise<number> {
  return await withArtGuard(values, async (artguard, { installation }) => {
    const remove = async (requestId: string) => {
      // Grants on it go, too.
      if (installation) return installation.run(installation.governance.core.analysis.delete, { requestId });
      return artguard.deleteAnalysis(requestId);
    };
    let failed = 0;
    for (const request_id of operands) {
      const error = await failureOf(() => remove(request_id));
      if (error) {
        failed++;
        reportFailure(error, values.json, { request_id });
      } else
        process.stdout.write(
          values.json ? `${JSON.stringify({ request_id, deleted: true })}\n` : `deleted ${request_id}\n`,
        );
    }
    return failed > 0 ? 1 : 0;
  });
}

async function failureOf(action: () => Promise<void>): Promise<ErrorRecord | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (isArtGuardError(error, "analysis.")) return error.toJSON();
    throw error;
  }
}
