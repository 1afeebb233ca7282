import type { EraseOptions } from "@artguard/core";
import type { SecurityContext } from "../../identity/security-context.ts";
import type { CoreServices } from "./core-services.ts";

/** What governance holds of a person, erased before the erasure is complete: one that died on the way is taken up again. */
export function erasureElsewhere(
  { access, usage, forget }: Pick<CoreServices, "access" | "usage" | "forget">,
  context: SecurityContext,
): NonNullable<EraseOptions["besides"]> {
  return async (userId) => {
    await access.forgetUser(userId);
    await usage.forgetUser(userId);
    await forget(userId, context);
  };
}
