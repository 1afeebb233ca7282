import { type ErrorRecord, isArtGuardError } from "@artguard/core";
import { parseStoreCommand } from "../stores/store-options.ts";
import { reportFailure, withArtGuard } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard delete`: deletes kept analyses with their images and earlier results. @throws UsageError */
export async function deleteAnalyses(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, {});
  if (positionals.length === 0) throw new UsageError("name at least one request_id; `artguard history` lists them");
  return await withArtGuard(values, async (artguard) => {
    let failed = 0;
    for (const request_id of positionals) {
      const error = await failureOf(() => artguard.deleteAnalysis(request_id));
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
