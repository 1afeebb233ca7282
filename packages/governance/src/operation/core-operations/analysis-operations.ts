import {
  type Analysis,
  type AnalyzeOptions,
  type ArtGuard,
  ArtGuardError,
  consentSchema,
  explainRetention,
  isArtGuardError,
  type ProgressEvent,
  type SubmitOptions,
  userIdOf,
} from "@artguard/core";
import { z } from "zod";
import type { Resource } from "../../access/resource.ts";
import type { SecurityContext } from "../../identity/security-context.ts";
import { uploadMeter } from "../../usage/usage.ts";
import { defineOperation, type OperationCall } from "../operation.ts";
import type { CoreServices } from "./core-services.ts";
import { isPeriod, notAPeriod, page, period, requestId, userId } from "./inputs.ts";

const record = {
  /** The whole file. */
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  filename: z.string().max(4096).exactOptional(),
  saveImage: z.boolean().exactOptional(),
  consent: consentSchema.exactOptional(),
  idempotency: z.strictObject({ key: z.string(), requestHash: z.string() }).exactOptional(),
  deadlineMs: z.number().exactOptional(),
  stability: z.boolean().exactOptional(),
};
const progress = z.custom<(event: ProgressEvent) => void>((value) => typeof value === "function");
/** A repeated request with the same Idempotency-Key is the same upload. */
const upload = { name: uploadMeter, eventId: ({ request_id }: Pick<Analysis, "request_id">) => request_id };
const byId = z.strictObject({ requestId });

/** Operations on analyses. They belong to whoever asked for them, and are shared by grants. */
export function analysisOperations({ artguard, access, privacy }: CoreServices) {
  const common = {
    target: targetOf(artguard),
    absent: ({ requestId }: { requestId: string }) => absentAnalysis(requestId),
  };
  return {
    create: defineOperation({
      name: "analysis.create",
      /** `onProgress` is told of everything that happens on the way. */
      input: z.strictObject({ ...record, onProgress: progress.exactOptional() }),
      permission: "analysis.create",
      effect: "change",
      audit: "data-access",
      target: ownNew,
      meter: upload,
      handler: async ({ bytes, onProgress, ...options }, call) => {
        const all: AnalyzeOptions = { ...options, ...ownerOf(call), ...(call.signal && { signal: call.signal }) };
        for await (const event of artguard.analyzeStream(bytes, all)) {
          onProgress?.(event);
          if (event.type === "completed") return event.analysis;
        }
        throw new ArtGuardError("detection.failed", "the analysis ended without a result");
      },
    }),
    submit: defineOperation({
      name: "analysis.submit",
      input: z.strictObject(record),
      permission: "analysis.create",
      effect: "change",
      audit: "data-access",
      target: ownNew,
      meter: upload,
      handler: ({ bytes, ...options }, call) => {
        const all: SubmitOptions = { ...options, ...ownerOf(call) };
        return artguard.submit(bytes, all);
      },
    }),
    read: defineOperation({
      ...common,
      name: "analysis.read",
      input: byId,
      permission: "analysis.read",
      effect: "read",
      audit: "data-access",
      handler: ({ requestId }) => artguard.get(requestId),
    }),
    /** The kept heat map, a PNG. */
    heatMap: defineOperation({
      ...common,
      name: "analysis.heat-map",
      input: byId,
      permission: "analysis.read",
      effect: "read",
      audit: "data-access",
      handler: ({ requestId }) => artguard.heatmap(requestId),
    }),
    versions: defineOperation({
      ...common,
      name: "analysis.versions",
      input: byId,
      permission: "analysis.read",
      effect: "read",
      audit: "data-access",
      handler: ({ requestId }) => artguard.versions(requestId),
    }),
    explainRetention: defineOperation({
      ...common,
      name: "analysis.explain-retention",
      input: byId,
      permission: "analysis.read",
      effect: "read",
      audit: "data-access",
      handler: async ({ requestId }) => explainRetention(await artguard.get(requestId)),
    }),
    list: defineOperation({
      name: "analysis.list",
      input: z.strictObject({ userId, ...page }),
      permission: "analysis.read",
      effect: "read",
      audit: "data-access",
      target: ({ userId }, context) => ({ kind: "analysis", ownerId: userId ?? context.principal.id }),
      handler: ({ userId, ...options }, { context }) => artguard.history(userId ?? context.principal.id, options),
    }),
    findSimilar: defineOperation({
      ...common,
      name: "analysis.find-similar",
      input: z.strictObject({ requestId, distance: z.number().int().min(0).max(32).exactOptional() }),
      permission: "analysis.read",
      effect: "read",
      audit: "data-access",
      handler: ({ requestId, ...options }, { context }) =>
        artguard.findSimilar({ request_id: requestId }, { ...options, userId: context.principal.id }),
    }),
    reanalyze: defineOperation({
      ...common,
      name: "analysis.reanalyze",
      input: z.strictObject({ requestId, deadlineMs: z.number().exactOptional() }),
      permission: "analysis.reanalyze",
      effect: "change",
      audit: "data-access",
      handler: ({ requestId, ...options }, { signal }) =>
        artguard.reanalyze(requestId, { ...options, ...(signal && { signal }) }),
    }),
    withdrawConsent: defineOperation({
      ...common,
      name: "analysis.withdraw-consent",
      input: byId,
      permission: "analysis.withdraw-consent",
      effect: "change",
      audit: "data-access",
      handler: async ({ requestId }, { signal }) => {
        const { user_id = "" } = await artguard.get(requestId);
        return privacy.withdrawConsent(requestId, userIdOf(user_id), { ...(signal && { signal }) });
      },
    }),
    delete: defineOperation({
      ...common,
      name: "analysis.delete",
      input: byId,
      permission: "analysis.delete",
      effect: "change",
      audit: "data-access",
      handler: async ({ requestId }) => {
        await artguard.deleteAnalysis(requestId);
        await access.forgetResource({ kind: "analysis", id: requestId });
      },
    }),
    count: defineOperation({
      name: "analysis.count",
      input: z.strictObject(period).refine(isPeriod, notAPeriod),
      permission: "analysis.count",
      effect: "read",
      audit: "system",
      target: () => ({ kind: "analysis" }),
      handler: (asked) => artguard.counts(asked),
    }),
  };
}

/** Whose an analysis is; undefined for one that does not exist. */
export async function findAnalysis(artguard: Pick<ArtGuard, "get">, id: string): Promise<Resource | undefined> {
  try {
    const { user_id } = await artguard.get(id);
    return { kind: "analysis", id, ...(user_id !== undefined && { ownerId: user_id }) };
  } catch (error) {
    if (isArtGuardError(error, "analysis.not-found")) return undefined;
    throw error;
  }
}

function targetOf(artguard: ArtGuard) {
  return ({ requestId }: { requestId: string }) => findAnalysis(artguard, requestId);
}

function ownNew(_: unknown, { principal }: SecurityContext): Resource {
  return { kind: "analysis", ownerId: principal.id };
}

/** Nobody in particular gets a pseudonym from core. */
function ownerOf({ context: { principal } }: OperationCall): { userId?: string } {
  return principal.kind === "anonymous" ? {} : { userId: principal.id };
}

/** What is said of an analysis that is not there. */
export function absentAnalysis(id: string): ArtGuardError {
  return new ArtGuardError("analysis.not-found", `there is no analysis ${id}`);
}
