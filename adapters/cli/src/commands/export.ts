import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ArtGuardError, userIdSchema } from "@artguard/core";
import { atomicWrite } from "../atomic-write.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { exportCommand } from "../declarations/records.ts";
import { localUser } from "../stores/local-user.ts";
import { withRights } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard export`: everything that is kept of a user, as JSON and image files in a folder. @throws UsageError */
export async function exportRecords({ values }: Call<typeof exportCommand>): Promise<number> {
  const { to } = values;
  const userId = userIdSchema.safeParse(values.user ?? localUser);
  if (!userId.success) throw new UsageError(`--user is no user_id: "${values.user}"`);
  return await withRights(values, async (rights) => {
    let files = 0;
    for await (const { path, bytes } of await rights.export(userId.data)) {
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
