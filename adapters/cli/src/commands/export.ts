import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ArtGuardError, userIdSchema } from "@artguard/core";
import { atomicWrite } from "../atomic-write.ts";
import { localUser } from "../stores/local-user.ts";
import { parseStoreCommand } from "../stores/store-options.ts";
import { withPrivacy } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

const options = { to: { type: "string" }, user: { type: "string" } } as const;

/** `artguard export`: everything that is kept of a user, as JSON and image files in a folder. @throws UsageError */
export async function exportRecords(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, options);
  const { to } = values;
  if (!to || positionals.length > 0) throw new UsageError("--to must name a folder");
  const userId = userIdSchema.safeParse(values.user ?? localUser);
  if (!userId.success) throw new UsageError(`--user is no user_id: "${values.user}"`);
  return await withPrivacy(values, async (privacy) => {
    let files = 0;
    for await (const { path, bytes } of privacy.exportUser(userId.data)) {
      const target = join(to, path);
      await makeFolder(dirname(target));
      await atomicWrite(target, bytes);
      files++;
    }
    process.stdout.write(values.json ? `${JSON.stringify({ folder: to, files })}\n` : `${files} files in ${to}\n`);
    return 0;
  });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new ArtGuardError("storage.write-failed", `the folder ${path} cannot be made`, { cause: error });
  }
}
