import type { Privacy } from "@artguard/core";
import { createSecurityContext } from "../identity/create-security-context.ts";
import type { Governance } from "./create-governance.ts";

/** As which the service itself sweeps. */
const sweeper = {
  principal: { kind: "service", id: "sweeper" },
  authentication: { method: "local", strength: "single" },
  permissions: ["service.sweep"],
} as const;

/**
 * Sweeps behind the rules, for `sweepAll` of core, `runWorker` of `@artguard/worker` and `sweepHandler` of
 * `@artguard/lambda`: the operation `service.sweep`, by the service itself. `Privacy` of core alone leaves the keys of swept
 * images behind, and ends an interrupted erasure of which the rooms of governance then never hear.
 *
 * @returns `sweepExpired` ends interrupted erasures as well, so that `resumeErasures` finds none.
 * @example
 * await sweepAll(governedSweeps(governance));
 */
export function governedSweeps({
  run,
  core,
}: Pick<Governance, "run" | "core">): Pick<Privacy, "sweepExpired" | "resumeErasures"> {
  return {
    sweepExpired: ({ signal, ...input } = {}) => {
      const context = createSecurityContext(sweeper);
      return run(core.service.sweep, input, { context, ...(signal && { signal }) });
    },
    resumeErasures: async () => [],
  };
}
