import type { Resource } from "../access/resource.ts";

/** Whose keys and custodians guard a thing; undefined for what nobody guards. */
export type EntityOf = (resource: Resource) => string | undefined;

/**
 * The organisation that a thing belongs to, else the person.
 *
 * @example
 * const entityId = owningEntity(resource);
 */
export const owningEntity: EntityOf = ({ organizationId, ownerId }) => organizationId ?? ownerId;
