// Makes the first administrator of a deployment and prints its API key, once: pnpm --silent first-administrator
// Runs on your machine with your credentials and the variables of the functions.
import { userIdOf } from "@artguard/core";
import { governance } from "./functions/deployment.ts";

const { users, apiKeys, identity } = governance;
const administrator = userIdOf("admin");
if (await users.find(administrator)) {
  process.stderr.write("there is an administrator already\n");
  process.exitCode = 1;
} else {
  await identity.directory.assignRoles(administrator, ["admin"]);
  await users.create({ user_id: administrator, email: "admin@artguard.invalid", account_tier: "Enterprise" });
  const { key } = await apiKeys.create(administrator, "first administrator");
  process.stdout.write(`${key}\n`);
}
await governance[Symbol.asyncDispose]();
