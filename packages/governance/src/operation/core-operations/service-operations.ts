import { ArtGuardError, type ErasureReceipt, type SweepResult } from "@artguard/core";
import { z } from "zod";
import { type UsageSubject, usageSubjectSchema } from "../../usage/plan.ts";
import { defineOperation } from "../operation.ts";
import type { CoreServices } from "./core-services.ts";
import { erasureElsewhere } from "./erasure-elsewhere.ts";

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
export function serviceOperations(services: CoreServices) {
  const { privacy, usage } = services;
  return {
    /** Deletes what has expired; the last part also ends interrupted erasures and gives abandoned reservations back. */
    sweep: defineOperation({
      name: "service.sweep",
      input: z.strictObject({ limit: z.number().int().min(1).exactOptional(), cursor: z.string().exactOptional() }),
      permission: "service.sweep",
      effect: "change",
      audit: "system",
      target: () => ({ kind: "service" }),
      handler: async (options, { context, signal }): Promise<ServiceSweep> => {
        const swept = await privacy.sweepExpired({ ...options, ...(signal && { signal }) });
        if (swept.next !== undefined) return { ...swept, erasures: [], reservations_released: 0 };
        const besides = erasureElsewhere(services, context);
        return {
          ...swept,
          erasures: await privacy.resumeErasures({ besides, ...(signal && { signal }) }),
          reservations_released: await usage.releaseAbandoned(),
        };
      },
    }),
  };
}

/** What `service.sweep` did. */
export interface ServiceSweep extends SweepResult {
  /** Of erasures that a crash had interrupted and that are complete now. */
  readonly erasures: readonly ErasureReceipt[];
  readonly reservations_released: number;
}
