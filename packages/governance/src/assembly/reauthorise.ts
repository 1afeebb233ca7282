import { ArtGuardError, type JsonValue } from "@artguard/core";
import { z } from "zod";
import { classifications, type Resource } from "../access/resource.ts";
import type { ApprovalRequest } from "../approvals/approval-request.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { AccessGate } from "../operation/ports.ts";

const id = z.string().exactOptional();
/** An operation of the pipeline, a delegation or a change of networks; see `GatedChange`. */
const changeSchema = z.object({
  resource: z.object({
    kind: z.string(),
    ...{ id, ownerId: id, organizationId: id },
    classification: z.enum(classifications).exactOptional(),
  }),
  purpose: z.string().exactOptional(),
});
/** The opening of a key that releases the image of an analysis; see `EvidenceReleases`. */
const releaseSchema = z.object({ "subject.analysis": z.string(), "subject.purpose": z.string().exactOptional() });

/** What {@link reauthorise} decides by. */
export interface Reauthorisation {
  readonly access: AccessGate;
  /** The permission that an operation needs. */
  readonly permissionOf: (operation: string) => string;
  readonly findAnalysis: (id: string) => Promise<Resource | undefined>;
}

/** Decides anew, when an approval is about to be used, whether the caller may do what was approved. What it cannot read it refuses. */
export function reauthorise({ access, permissionOf, findAnalysis }: Reauthorisation) {
  return async (
    context: SecurityContext,
    { operation }: Pick<ApprovalRequest, "operation">,
    asked: JsonValue,
  ): Promise<void> => {
    const permission = permissionOf(operation);
    const target = await targetIn(asked, findAnalysis);
    const decision = target && (await access.validateAccess({ context, permission, ...target }));
    if (decision?.allowed) return;
    throw new ArtGuardError("access.denied", "the caller lacks the permission for what was approved", {
      details: { required_permissions: permission },
    });
  };
}

async function targetIn(asked: JsonValue, findAnalysis: Reauthorisation["findAnalysis"]) {
  const change = changeSchema.safeParse(asked);
  if (change.success) return change.data;
  const release = releaseSchema.safeParse(asked);
  const resource = release.success ? await findAnalysis(release.data["subject.analysis"]) : undefined;
  const purpose = release.data?.["subject.purpose"];
  return resource && { resource, ...(purpose !== undefined && { purpose }) };
}
