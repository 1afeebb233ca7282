import { forensicDetectors } from "@artguard/forensics";
import { localContext, openFolderPlace, openGovernance } from "@artguard/governance";
import type { Credential, Custodian } from "./custodian.ts";

/** ArtGuard in one folder: stored images open with both custodians only. */
export async function openInstallation(folder: string) {
  const place = await openFolderPlace(folder);
  const governance = await openGovernance({
    ...place,
    detectors: forensicDetectors(),
    protection: "tripartite",
    identity: { development: {} },
    settleMs: 0,
  });
  const close = async () => {
    await governance[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  };
  return { governance, place, close };
}

export type Installation = Awaited<ReturnType<typeof openInstallation>>;

/** The operator's part: accounts, and who guards the owner's key. The operator gets none of the custodians' keys. */
export async function setUp(
  { governance }: Installation,
  owner: string,
  [first, second]: readonly [Custodian, Custodian],
) {
  const { approvals, identity, keys } = governance;
  const operator = localContext();
  for (const custodian of [first, second]) {
    await approvals.custodians.register(operator, custodian.registration);
    await identity.directory.assignRoles(custodian.id, ["custodian"]);
  }
  await approvals.custodians.assign(operator, owner, first.id, second.id);
  await keys.create(operator, {
    entityId: owner,
    protection: "tripartite",
    custodians: [
      { id: first.id, sealingKey: first.sealingKey },
      { id: second.id, sealingKey: second.sealingKey },
    ],
  });
}

/** Makes an account and logs in. */
export async function join({ governance: { users, identity } }: Installation, userId: string): Promise<Credential> {
  const [email, password] = [`${userId}@example.org`, "correct horse battery staple"];
  await users.create({ user_id: userId, email });
  await identity.development?.setPassword(userId, password);
  const answer = await identity.development?.login({ email, password });
  if (!answer) throw new Error("the embedded issuer is not open");
  return { kind: "token", token: answer.access_token };
}
