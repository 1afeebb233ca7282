import { ArtGuardError } from "@artguard/core";
import { localContext } from "../identity/create-security-context.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import { decide } from "./decide.ts";
import type { Policy } from "./policy.ts";

/**
 * Refuses a policy that would lock out those who could take it back: under it, whoever puts it in force and the operator of
 * the machine must be able to put another one in force.
 *
 * @throws ArtGuardError `access.invalid-policy`
 */
export function assertChangeable(policy: Policy, changer: SecurityContext, now: number): void {
  const mayChange = (context: SecurityContext) => {
    const resource = { kind: "policy", classification: "internal" } as const;
    return decide(policy, { context, permission: "policy.change", resource }, [], now).allowed;
  };
  if (!mayChange(localContext())) throw lockedOut("the operator of the machine (roles_of_kind.local)");
  if (!mayChange(changer)) throw lockedOut("whoever puts it in force");
}

function lockedOut(who: string): ArtGuardError {
  return new ArtGuardError("access.invalid-policy", `under this policy ${who} could not change it any more`, {
    fix: "Give them a role that is allowed policy.change.",
  });
}
