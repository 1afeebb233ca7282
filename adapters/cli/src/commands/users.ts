import type { User } from "@artguard/core";
import type { UserStanding } from "@artguard/governance";
import type { Call } from "../command-line/declare-command.ts";
import type {
  usersCreateCommand,
  usersEndSessionsCommand,
  usersListCommand,
  usersRolesCommand,
  usersSetPasswordCommand,
  usersShowCommand,
} from "../declarations/people.ts";
import { printable } from "../printable.ts";
import { readPassword } from "../read-password.ts";
import { withInstallation } from "../stores/with-governance.ts";

/** `artguard users create`: makes an account. @throws UsageError */
export async function create({ values }: Call<typeof usersCreateCommand>): Promise<number> {
  const { email, id, tier, roles } = values;
  const password = values.password ? await readPassword() : undefined;
  return await withInstallation(values, { create: true }, async ({ governance, run }) => {
    const user = await run(governance.account.create, {
      email,
      ...(id !== undefined && { userId: id }),
      ...(tier && { account_tier: tier }),
      ...(roles && { roles }),
      ...(password !== undefined && { password }),
    });
    print(values.json, shown(user), lineOf(user));
    return 0;
  });
}

/** `artguard users list`: one page of accounts. @throws UsageError */
export async function list({ values }: Call<typeof usersListCommand>): Promise<number> {
  const { limit, cursor, json } = values;
  return await withInstallation(values, { create: false }, async ({ governance, run }) => {
    const page = await run(governance.account.list, { limit, ...(cursor !== undefined && { cursor }) });
    const more = page.cursor === undefined ? [] : [`more: --cursor ${page.cursor}`];
    const lines = page.items.length === 0 && more.length === 0 ? ["there are no users"] : page.items.map(lineOf);
    print(json, { ...page, items: page.items.map(shown) }, [...lines, ...more].join("\n"));
    return 0;
  });
}

/** `artguard users show`: an account, its roles and organisations. @throws UsageError */
export async function show({ values, operands }: Call<typeof usersShowCommand>): Promise<number> {
  const [userId = ""] = operands;
  return await withInstallation(values, { create: false }, async ({ governance, run }) => {
    const user = await run(governance.core.user.read, { userId });
    const { user_id: _, ...standing } = await run(governance.account.roles, { userId });
    print(values.json, { user: shown(user), standing }, [lineOf(user), ...standingLines(standing)].join("\n"));
    return 0;
  });
}

/** `artguard users roles`: the roles of a user, after they were changed if that was asked for. @throws UsageError */
export async function roles({ values, operands }: Call<typeof usersRolesCommand>): Promise<number> {
  const [userId = ""] = operands;
  return await withInstallation(values, { create: false }, async ({ governance, run }) => {
    if (values.set) {
      const given = values.set.filter((role) => role !== "");
      await run(governance.directory.assignRoles, { userId, roles: given });
    }
    const standing = await run(governance.account.roles, { userId });
    print(values.json, standing, standingLines(standing).join("\n"));
    return 0;
  });
}

/** `artguard users set-password`: gives a user a password. @throws UsageError */
export async function setPassword({ values, operands }: Call<typeof usersSetPasswordCommand>): Promise<number> {
  const [userId = ""] = operands;
  return await withInstallation(values, { create: false }, async ({ governance, password, run }) => {
    // Nobody types a password for a user who is not there.
    await run(governance.core.user.read, { userId });
    await run(password.setPassword, { userId, password: await readPassword() });
    print(values.json, { user_id: userId, password_set: true }, "the password is set, all sessions have ended");
    return 0;
  });
}

/** `artguard users end-sessions`: logs a user out everywhere. @throws UsageError */
export async function endSessions({ values, operands }: Call<typeof usersEndSessionsCommand>): Promise<number> {
  const [userId = ""] = operands;
  return await withInstallation(values, { create: false }, async ({ password, run }) => {
    await run(password.endSessions, { userId });
    print(values.json, { user_id: userId, sessions_ended: true }, "all sessions have ended; API keys stay");
    return 0;
  });
}

function print(json: boolean, result: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : text}\n`);
}

/** The hash of a key is nobody's business. */
function shown({ api_key_hash: _, ...user }: User): Omit<User, "api_key_hash"> {
  return user;
}

function lineOf({ user_id, email, account_tier, created_at }: User): string {
  const since = new Date(created_at).toISOString();
  return `${since}  ${account_tier.padEnd(10)}  ${printable(user_id)}  ${printable(email ?? "")}`.trimEnd();
}

function standingLines({ roles: own, organizations }: UserStanding): string[] {
  return [
    `roles: ${own.length === 0 ? "none but what every user has" : printable(own.join(", "))}`,
    ...organizations.map(
      ({ organizationId, roles: there }) =>
        `in ${printable(organizationId)}: ${there.length === 0 ? "member" : printable(there.join(", "))}`,
    ),
  ];
}
