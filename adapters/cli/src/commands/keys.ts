import type { ApiKeyInfo } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import type { keysCreateCommand, keysListCommand, keysRevokeCommand } from "../declarations/people.ts";
import { printable } from "../printable.ts";
import { withInstallation } from "../stores/with-governance.ts";

const dayMs = 86_400_000;

/** `artguard keys create`: makes an API key and prints it, the only time that it can be seen. @throws UsageError */
export async function create({ values }: Call<typeof keysCreateCommand>): Promise<number> {
  const { user, name, scopes, days } = values;
  return await withInstallation(values, { create: false }, async ({ governance, run }) => {
    const made = await run(governance.core.apiKey.create, {
      userId: user,
      name,
      ...(scopes && { scopes: [...scopes] }),
      ...(days !== undefined && { validUntil: Date.now() + days * dayMs }),
      ...(values["second-factor"] && { secondFactor: true }),
    });
    if (!values.json) process.stderr.write("the API key, shown this once:\n");
    process.stdout.write(`${values.json ? JSON.stringify(made) : made.key}\n`);
    return 0;
  });
}

/** `artguard keys list`: the API keys of a user. @throws UsageError */
export async function list({ values }: Call<typeof keysListCommand>): Promise<number> {
  return await withInstallation(values, { create: false }, async ({ governance, run }) => {
    // Who is not there has no keys, which says less than that they are not there.
    await run(governance.core.user.read, { userId: values.user });
    const items = await run(governance.core.apiKey.list, { userId: values.user });
    const text = items.length === 0 ? "there are no keys" : items.map(lineOf).join("\n");
    process.stdout.write(`${values.json ? JSON.stringify({ items }) : text}\n`);
    return 0;
  });
}

/** `artguard keys revoke`: ends an API key at once. @throws UsageError */
export async function revoke({ values, operands }: Call<typeof keysRevokeCommand>): Promise<number> {
  const [prefix = ""] = operands;
  return await withInstallation(values, { create: false }, async ({ governance, run }) => {
    const revoked = await run(governance.core.apiKey.revoke, { userId: values.user, prefix });
    process.stdout.write(`${values.json ? JSON.stringify(revoked) : lineOf(revoked)}\n`);
    return 0;
  });
}

function lineOf({ prefix, name, created_at, last_used, revoked_at, valid_until, scopes, second_factor }: ApiKeyInfo) {
  const facts = [
    `made ${day(created_at)}`,
    last_used === undefined ? "never used" : `used ${day(last_used)}`,
    ...(valid_until === undefined ? [] : [`until ${day(valid_until)}`]),
    ...(revoked_at === undefined ? [] : [`revoked ${day(revoked_at)}`]),
    ...(scopes ? [`for ${scopes.join(" ")}`] : []),
    ...(second_factor ? ["second factor"] : []),
  ];
  return `${prefix}  ${printable(name)}  ${facts.join(", ")}`;
}

function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
