import { ArtGuardError, type SweepResult } from "@artguard/core";
import { z } from "zod";
import { type UsageSubject, usageSubjectSchema } from "../../usage/plan.ts";
import { defineOperation } from "../operation.ts";
import type { CoreServices } from "./core-services.ts";

const subject = usageSubjectSchema;

/** Operations on what is used up. */
export function usageOperations({ usage }: CoreServices) {
  const onSubject = {
    target: ({ subject: { kind, id } }: { subject: UsageSubject }) => ({
      kind: "usage",
      id: `${kind}/${id}`,
      ...(kind === "user" && { ownerId: id }),
      ...(kind === "organization" && { organizationId: id }),
    }),
    absent: () => new ArtGuardError("access.unknown-resource", "there is no usage of this subject"),
  };
  return {
    read: defineOperation({
      ...onSubject,
      name: "usage.read",
      input: z.strictObject({ subject }),
      permission: "usage.read",
      effect: "read",
      audit: "data-access",
      handler: ({ subject }) => usage.consumption(subject),
    }),
    assignPlan: defineOperation({
      ...onSubject,
      name: "usage.assign-plan",
      input: z.strictObject({ subject, plan: z.string() }),
      permission: "usage.change",
      effect: "change",
      audit: "security",
      handler: ({ subject, plan }) => usage.assignPlan(subject, plan),
    }),
    suspend: defineOperation({
      ...onSubject,
      name: "usage.suspend",
      input: z.strictObject({ subject, because: z.string().min(1).max(500) }),
      permission: "usage.change",
      effect: "change",
      audit: "security",
      handler: ({ subject, because }) => usage.suspend(subject, because),
    }),
    resume: defineOperation({
      ...onSubject,
      name: "usage.resume",
      input: z.strictObject({ subject }),
      permission: "usage.change",
      effect: "change",
      audit: "security",
      handler: ({ subject }) => usage.resume(subject),
    }),
  };
}

/** What a service does at regular times, for no person. */
export function serviceOperations({ privacy, usage, access, forget }: CoreServices) {
  return {
    /** Deletes what has expired, ends interrupted erasures, gives abandoned reservations back. */
    sweep: defineOperation({
      name: "service.sweep",
      input: z.strictObject({ limit: z.number().int().min(1).exactOptional(), cursor: z.string().exactOptional() }),
      permission: "service.sweep",
      effect: "change",
      audit: "system",
      target: () => ({ kind: "service" }),
      handler: async (options, { context, signal }): Promise<ServiceSweep> => {
        const swept = await privacy.sweepExpired({ ...options, ...(signal && { signal }) });
        const receipts = await privacy.resumeErasures({ ...(signal && { signal }) });
        for (const { user_id } of receipts) {
          await access.forgetUser(user_id);
          await usage.forgetUser(user_id);
          await forget(user_id, context);
        }
        return {
          ...swept,
          erasures_ended: receipts.length,
          reservations_released: await usage.releaseAbandoned(),
        };
      },
    }),
  };
}

/** What `service.sweep` did. */
export interface ServiceSweep extends SweepResult {
  readonly erasures_ended: number;
  readonly reservations_released: number;
}
