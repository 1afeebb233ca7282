import { createHash } from "node:crypto";
import { ApiKeyRepository, defineUserTable, MemoryTableStore, type TableStore, UserRepository } from "@artguard/core";
import { type IdentityOptions, openIdentity, type SecurityContext } from "@artguard/governance";
import { testClock } from "../fixtures/stores.ts";

/** 32 bytes that are secret in tests only. */
export const secret = new Uint8Array(32).fill(9);

const permissionsOfRole: Readonly<Record<string, readonly string[]>> = {
  analyst: ["dataset.read", "query.execute"],
  curator: ["dataset.change"],
};

/** Permissions by the roles of a caller, personal ones and those in organisations. */
export async function permissionsOf({ roles, organizations }: Pick<SecurityContext, "roles" | "organizations">) {
  const held = [...roles, ...organizations.flatMap((each) => each.roles)];
  return [...new Set(held.flatMap((role) => permissionsOfRole[role] ?? []))].sort();
}

/** Users `ada` and `bob` with API keys, an identity on them and a clock. */
export async function openWorld(
  options: Partial<IdentityOptions> & { readonly tables?: TableStore } = {},
  clock = testClock(),
) {
  const { tables = new MemoryTableStore({ now: clock.now }) } = options;
  const userTable = await tables.open(defineUserTable());
  const users = new UserRepository(tables, userTable, { now: clock.now });
  const apiKeys = new ApiKeyRepository(tables, userTable, { secret, environment: "test", now: clock.now });
  const identity = await openIdentity({ tables, users, apiKeys, permissionsOf, now: clock.now, ...options });
  return { tables, userTable, users, apiKeys, identity, clock };
}

/** Makes the users of the tests. */
export async function createUsers(users: UserRepository): Promise<void> {
  await users.create({ user_id: "ada", email: "ada@example.org" });
  await users.create({ user_id: "bob", email: "bob@example.org" });
}

/** A hasher that costs nothing and counts what is asked of it. */
export function cheapHasher() {
  const counts = { matches: 0 };
  const hash = async (password: string) => `$argon2id$cheap$${createHash("sha256").update(password).digest("hex")}`;
  const matches = async (stored: string, password: string) => {
    counts.matches += 1;
    return stored === (await hash(password));
  };
  return { counts, hash, matches };
}

/** What a call was refused with; fails when it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<Error & { code: string; details: object }> {
  return call.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: Error & { code: string; details: object }) => error,
  );
}
