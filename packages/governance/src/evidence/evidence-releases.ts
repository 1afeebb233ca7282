import { createHash } from "node:crypto";
import { type Analysis, type ArtGuard, ArtGuardError, type StoredObject } from "@artguard/core";
import type { ApprovalRequest } from "../approvals/approval-request.ts";
import type { Approvals } from "../approvals/approvals.ts";
import { canonicalHash } from "../approvals/canonical-json.ts";
import type { EntityOf } from "../approvals/entity-of.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { ShareRequest } from "../keys/custodian-share.ts";
import type { EntityKeys } from "../keys/entity-keys.ts";
import type { AskedOpening, OpeningInput } from "../keys/key-openings.ts";
import { wipe } from "../keys/secret-bytes.ts";
import type { ProtectedImages } from "./protected-images.ts";
import { type Recipient, type SealedEvidence, sealEvidence } from "./sealed-evidence.ts";

/** Name of the operation that custodians approve. */
export const releaseOperation = "evidence.release";

/** What {@link EvidenceReleases} works with. */
export interface EvidenceServices {
  readonly artguard: Pick<ArtGuard, "get">;
  readonly images: Pick<ProtectedImages, "originalsWith">;
  readonly keys: EntityKeys;
  readonly approvals: Approvals;
  readonly audit: AuditLog;
  readonly entityOf: EntityOf;
}

/** What is to be released, to whom and what for. */
export interface ReleaseInput {
  readonly requestId: string;
  readonly recipient: Recipient;
  /** What the request says that it is for. */
  readonly purpose?: string | undefined;
}

/** A release that waits for the custodians. */
export interface RequestedRelease {
  readonly approval_id: string;
  readonly opening_id: string;
  /** What the custodians sign, by its canonical hash. */
  readonly asked: AskedOpening;
  /** Epoch milliseconds until which it can be approved and done. */
  readonly expires_at: number;
}

/** What a custodian looks at before signing. */
export interface ReleaseReview {
  readonly approval: ApprovalRequest;
  /** Its canonical hash is what is signed. */
  readonly asked: AskedOpening;
  /** For `resealShare`; each can be opened by its holder only. */
  readonly share_requests: readonly ShareRequest[];
}

/** Names one release that was requested. */
export interface ReleaseName {
  readonly approvalId: string;
  readonly openingId: string;
}

/**
 * Releases of stored images to other parties: requested, approved and signed by both custodians, done once with the key
 * opened for just that, sealed to the recipient. Who may ask is decided by the operations that call it.
 *
 * @example
 * const releases = new EvidenceReleases({ artguard, images, keys, approvals, audit, entityOf: owningEntity });
 * const { requestRelease } = evidenceOperations(releases, { artguard, approvals });
 */
export class EvidenceReleases {
  readonly #services: EvidenceServices;

  constructor(services: EvidenceServices) {
    this.#services = services;
  }

  /** @throws ArtGuardError `analysis.image-not-saved`, `keys.not-found`, `keys.invalid-input`, `approvals.*` */
  async request(context: SecurityContext, input: ReleaseInput, reason?: string): Promise<RequestedRelease> {
    const { keys, approvals } = this.#services;
    const { entityId, subject } = await this.#found(input);
    const opening = await keys.requestOpening(context, {
      ...{ entityId, subject, operation: releaseOperation, purpose: "use" },
    });
    const { opening_id, asked } = opening;
    const { approval_id, expires_at } = await approvals.requestApproval(context, {
      ...{ entityId, operation: releaseOperation, asked },
      ...(reason !== undefined && { reason }),
    });
    return { approval_id, opening_id, asked, expires_at };
  }

  /** @throws ArtGuardError `approvals.not-found`, `approvals.other-request` when the opening is not the approval's, `keys.not-found` */
  async review(context: SecurityContext, { approvalId, openingId }: ReleaseName): Promise<ReleaseReview> {
    const { keys, approvals } = this.#services;
    const approval = await approvals.status(context, approvalId);
    const { asked, share_requests } = await keys.opening({ entityId: approval.entity_id, openingId });
    if (canonicalHash(asked) === approval.request_hash) return { approval, asked, share_requests };
    throw new ArtGuardError("approvals.other-request", "the approval is not for this opening");
  }

  /** Takes a custodian's share. @throws as `EntityKeys.submitShare` */
  async handOver(
    context: SecurityContext,
    { approvalId, openingId, holder, sealed }: ReleaseName & { readonly holder: string; readonly sealed: string },
  ): Promise<void> {
    const { keys, approvals } = this.#services;
    const { entity_id: entityId } = await approvals.status(context, approvalId);
    await keys.submitShare(context, { entityId, openingId, approvalId, holder, sealed });
  }

  /**
   * Opens the key once, seals the copy, and forgets both.
   *
   * @throws ArtGuardError `analysis.image-not-saved`, `keys.other-request` when this is not what was requested,
   * `keys.opening-incomplete`, `keys.not-found` the second time, `approvals.*`
   */
  async release(
    context: SecurityContext,
    { approvalId, openingId, ...input }: ReleaseInput & ReleaseName,
  ): Promise<SealedEvidence> {
    const { keys, images } = this.#services;
    const { entityId, subject, image } = await this.#found(input);
    return keys.withKey(context, { entityId, openingId, approvalId, subject }, async ({ dataKeys }) => {
      const bytes = await images.originalsWith(dataKeys).get(image.key);
      try {
        return await this.#sealed(context, input, approvalId, { image, bytes });
      } finally {
        wipe(bytes);
      }
    });
  }

  async #sealed(
    context: SecurityContext,
    { requestId: request_id, recipient }: ReleaseInput,
    approval_id: string,
    { image: { sha256, content_type }, bytes }: { readonly image: StoredObject; readonly bytes: Uint8Array },
  ): Promise<SealedEvidence> {
    assertUnchanged(bytes, sha256);
    const sealed = await sealEvidence(bytes, recipient, { request_id, sha256 });
    await this.#services.audit.logDataAccess(context, {
      type: "evidence.sealed",
      operation: releaseOperation,
      outcome: "success",
      resource: { kind: "analysis", id: request_id },
      details: { recipient: recipient.id, sha256, approval_id },
    });
    return { request_id, recipient: recipient.id, approval_id, content_type, sha256, sealed };
  }

  /** The image, whose keys it is under, and what identifies this release of it. */
  async #found({ requestId, recipient, purpose }: ReleaseInput) {
    const analysis = await this.#services.artguard.get(requestId);
    const image = analysis.image_object;
    if (!image) throw new ArtGuardError("analysis.image-not-saved", `no image is kept of analysis ${requestId}`);
    const subject: OpeningInput["subject"] = {
      ...{ analysis: requestId, object: image.key, sha256: image.sha256 },
      ...{ recipient: recipient.id, recipient_key: recipient.sealing_key },
      ...(purpose !== undefined && { purpose }),
    };
    return { entityId: this.#entityOf(analysis), image, subject };
  }

  #entityOf({ request_id: id, user_id }: Analysis): string {
    const entityId = this.#services.entityOf({
      ...{ kind: "analysis", id },
      ...(user_id !== undefined && { ownerId: user_id }),
    });
    if (entityId !== undefined) return entityId;
    throw new ArtGuardError("keys.not-found", `nobody guards analysis ${id}`);
  }
}

function assertUnchanged(bytes: Uint8Array, sha256: string): void {
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return;
  throw new ArtGuardError("storage.corrupt", "the stored image is not the one that was analysed");
}
