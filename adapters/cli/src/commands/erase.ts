import { type ErasureReceipt, userIdSchema } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import type { eraseCommand } from "../declarations/records.ts";
import { printable } from "../printable.ts";
import { withRights } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard erase`: erases everything that is kept of a user and prints the receipt. @throws UsageError */
export async function erase({ values }: Call<typeof eraseCommand>): Promise<number> {
  const userId = userIdSchema.safeParse(values.user);
  if (!userId.success) throw new UsageError(`--user is no user_id: "${values.user}"`);
  return await withRights(values, async (rights) => {
    const receipt = await rights.erase(userId.data);
    process.stdout.write(values.json ? `${JSON.stringify(receipt)}\n` : textOf(receipt));
    return 0;
  });
}

function textOf({ user_id, completed_at, erased, residues }: ErasureReceipt): string {
  const { analyses, versions, objects, markers, statements, users } = erased;
  const lines = [
    `erased ${printable(user_id)} at ${new Date(completed_at).toISOString()}: ${analyses} analyses, ${versions} earlier results, ${objects} objects, ${markers} markers, ${statements} statements, ${users} accounts`,
    "left:",
    ...residues.map(({ what, until, why }) => `  ${what}, until ${until}: ${why}`),
  ];
  return `${lines.join("\n")}\n`;
}
