import { z } from "zod";
import type { SecurityContext } from "../identity/security-context.ts";
import { permissionSchema } from "./permission.ts";
import type { Resource } from "./resource.ts";

const id = z.string().min(1).max(256);
const moment = z.number().int().nonnegative();

/** Whom something is granted to: one person, or everybody in an organisation. */
export const granteeSchema = z.strictObject({ kind: z.enum(["user", "organization"]), id });
/** See `granteeSchema`. */
export type Grantee = z.infer<typeof granteeSchema>;

/** One permission on one resource for one grantee, until a moment or until it is revoked. */
export const grantSchema = z.object({
  /** `GRANT#` and what it is on; see `grantPartition`. */
  access_id: z.string().startsWith("GRANT#"),
  /** Grantee and permission. */
  entry: z.string().min(1),
  grant_id: z.string().min(1),
  resource_kind: z.string().min(1),
  resource_id: id,
  /** `user#<user_id>` or `organization#<id>`. */
  grantee: z.string().min(1),
  permission: permissionSchema,
  /** Counts for requests with this purpose only. */
  purpose: z.string().min(1).optional(),
  granted_by: z.string().min(1),
  created_at: moment,
  /** Epoch milliseconds from which the grant is none. */
  expires_at: moment.optional(),
  /** `expires_at` in epoch seconds, for the table's TTL. */
  delete_after: moment.optional(),
});
/** See {@link grantSchema}. */
export type Grant = z.infer<typeof grantSchema>;

/** Partition of all grants on a resource. `#` in ids would make two of them one. */
export function grantPartition({ kind, id: resourceId }: { readonly kind: string; readonly id: string }): string {
  return `GRANT#${encodeURIComponent(kind)}#${encodeURIComponent(resourceId)}`;
}

/** How a grantee is written in the table. */
export function granteeText({ kind, id: granteeId }: Grantee): string {
  return `${kind}#${encodeURIComponent(granteeId)}`;
}

/** Sort key of a grant on its resource. */
export function grantEntry(grantee: string, permission: string): string {
  return `${grantee}#${permission}`;
}

/** As whom somebody receives grants: as the person, and as a member of each organisation. */
export function granteesOf({ principal, organizations }: SecurityContext): string[] {
  return [
    ...(principal.kind === "user" ? [granteeText({ kind: "user", id: principal.id })] : []),
    ...organizations.map(({ organizationId }) => granteeText({ kind: "organization", id: organizationId })),
  ];
}

/** Whether a grant is for this caller, permission, resource, purpose and moment. */
export function isGranted(
  grant: Grant,
  request: { context: SecurityContext; permission: string; resource: Resource; purpose?: string | undefined },
  now: number,
): boolean {
  const { context, permission, resource, purpose } = request;
  return (
    grant.permission === permission &&
    grant.resource_kind === resource.kind &&
    grant.resource_id === resource.id &&
    granteesOf(context).includes(grant.grantee) &&
    (grant.purpose === undefined || grant.purpose === purpose) &&
    (grant.expires_at === undefined || now < grant.expires_at)
  );
}
