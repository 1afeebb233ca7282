import { randomUUID } from "node:crypto";
import { ArtGuardError, isArtGuardError, type Page, type Table } from "@artguard/core";
import type { AccessItem } from "./access-table.ts";
import type { AccessRequest } from "./decide.ts";
import {
  type Grant,
  type Grantee,
  grantEntry,
  granteeSchema,
  granteesOf,
  granteeText,
  grantPartition,
  grantSchema,
} from "./grant.ts";

/** A permission to give. */
export interface NewGrant {
  readonly grantee: Grantee;
  /** What it is on: one thing, by kind and id. */
  readonly resource: { readonly kind: string; readonly id: string };
  /** About the resource's kind: `analysis.read` on an `analysis`. */
  readonly permission: string;
  readonly purpose?: string | undefined;
  /** Epoch milliseconds from which the grant is none; default until it is revoked. */
  readonly expiresAt?: number | undefined;
}

/** Which grant to take back. */
export type GrantName = Pick<NewGrant, "grantee" | "resource" | "permission">;

/**
 * Grants in the access table. They are found by resource, grantee and permission and are read anew, consistently, for
 * every decision: what one process revokes is gone for all others with the acknowledgement of the write.
 */
export class GrantRepository {
  readonly #table: Table<AccessItem>;
  readonly #now: () => number;

  constructor(table: Table<AccessItem>, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** Stores a grant; one of the same grantee, resource and permission is replaced. @throws ArtGuardError `access.invalid-grant` */
  async put(grant: NewGrant, grantedBy: string): Promise<Grant> {
    const { resource, permission, purpose, expiresAt } = grant;
    const grantee = granteeOf(grant.grantee);
    const now = this.#now();
    if (!permission.startsWith(`${resource.kind}.`)) {
      throw invalid(`${permission} is no permission on a resource of kind ${resource.kind}`);
    }
    if (expiresAt !== undefined && !(expiresAt > now)) throw invalid("expiresAt is not in the future");
    const parsed = grantSchema.safeParse({
      access_id: grantPartition(resource),
      entry: grantEntry(grantee, permission),
      grant_id: randomUUID(),
      resource_kind: resource.kind,
      resource_id: resource.id,
      grantee,
      permission,
      granted_by: grantedBy,
      created_at: now,
      ...(purpose !== undefined && { purpose }),
      ...(expiresAt !== undefined && { expires_at: expiresAt, delete_after: Math.ceil(expiresAt / 1000) }),
    });
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw invalid(`${path.join(".")}: ${message}`);
    }
    await this.#table.put(parsed.data);
    return parsed.data;
  }

  /** Takes a grant back. @returns whether there was one. */
  async delete({ grantee, resource, permission }: GrantName): Promise<boolean> {
    const key = { access_id: grantPartition(resource), entry: grantEntry(granteeOf(grantee), permission) };
    try {
      await this.#table.delete(key, { condition: { item: "present" } });
      return true;
    } catch (error) {
      if (!isArtGuardError(error, "storage.condition-failed")) throw error;
      return false;
    }
  }

  /** The grants that may bear on a request. */
  async for({ context, permission, resource: { kind, id } }: Omit<AccessRequest, "purpose">): Promise<Grant[]> {
    const grantees = granteesOf(context);
    if (id === undefined || grantees.length === 0) return [];
    const access_id = grantPartition({ kind, id });
    const keys = grantees.map((grantee) => ({ access_id, entry: grantEntry(grantee, permission) }));
    const items = await this.#table.batchGet(keys, { consistent: true });
    return items.flatMap((item) => (item ? [grantSchema.parse(item)] : []));
  }

  /** All grants on a resource. */
  async on(resource: NewGrant["resource"], page: { cursor?: string; limit?: number } = {}): Promise<Page<Grant>> {
    const found = await this.#table.query({ partition: grantPartition(resource), consistent: true, ...page });
    return { ...found, items: found.items.map((item) => grantSchema.parse(item)) };
  }

  /** Grants to somebody, newest first. Read through an index: one of this moment may be missing. */
  async to(grantee: Grantee, page: { cursor?: string; limit?: number } = {}): Promise<Page<Grant>> {
    const partition = granteeText(grantee);
    const order = "newest_first";
    const found = await this.#table.query({ index: "grantee-index", partition, order, scope: partition, ...page });
    return { ...found, items: found.items.map((item) => grantSchema.parse(item)) };
  }

  /** Deletes all grants on a resource that exists no longer. */
  deleteOn(resource: NewGrant["resource"]): Promise<number> {
    return this.#deleteAll({ partition: grantPartition(resource) });
  }

  /** Deletes all grants to and by a user who is erased. */
  async deleteOf(userId: string): Promise<number> {
    const partition = granteeText({ kind: "user", id: userId });
    const received = await this.#deleteAll({ index: "grantee-index", partition });
    return received + (await this.#deleteAll({ index: "granter-index", partition: userId }));
  }

  async #deleteAll(of: { index?: string; partition: string }): Promise<number> {
    let [deleted, cursor]: [number, string | undefined] = [0, undefined];
    do {
      const page: Page<Pick<AccessItem, "access_id" | "entry">> = await this.#table.query({
        ...of,
        select: ["access_id", "entry"],
        ...(cursor !== undefined && { cursor }),
      });
      await this.#table.batchWrite({ delete: page.items });
      deleted += page.items.length;
      cursor = page.cursor;
    } while (cursor !== undefined);
    return deleted;
  }
}

function granteeOf(grantee: Grantee): string {
  const parsed = granteeSchema.safeParse(grantee);
  if (parsed.success) return granteeText(parsed.data);
  throw invalid(`grantee: ${parsed.error.issues[0]!.message}`);
}

function invalid(problem: string): ArtGuardError {
  return new ArtGuardError("access.invalid-grant", problem);
}
