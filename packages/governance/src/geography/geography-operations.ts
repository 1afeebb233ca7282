import { z } from "zod";
import type { Directory } from "../identity/directory.ts";
import { organizationTarget } from "../identity/directory-operations.ts";
import { defineOperation } from "../operation/operation.ts";
import type { Geography } from "./geography.ts";
import { placeRuleSchema } from "./geography-table.ts";

const id = z.string().min(1).max(128);

/**
 * Operations on from where the members of an organisation may act. The organisation is one of the directory.
 *
 * @example
 * const geography = await openGeography({ tables });
 * const { changeRule } = geographyOperations(geography, identity.directory);
 */
export function geographyOperations(geography: Geography, directory: Pick<Directory, "organization">) {
  const ofOrganization = { ...organizationTarget(directory), effect: "change", audit: "security" } as const;
  return {
    /** The rule, null where nothing is restricted, and the networks. */
    read: defineOperation({
      ...organizationTarget(directory),
      name: "geography.read-rule",
      input: z.strictObject({ organizationId: id }),
      permission: "geography.read-rule",
      effect: "read",
      audit: "data-access",
      handler: async ({ organizationId }) => ({
        rule: (await geography.rule(organizationId)) ?? null,
        networks: await geography.networks(organizationId),
      }),
    }),
    changeRule: defineOperation({
      ...ofOrganization,
      name: "geography.change-rule",
      /** `null` ends the restriction. */
      input: z.strictObject({ organizationId: id, rule: placeRuleSchema.nullable() }),
      permission: "geography.change-rule",
      handler: ({ organizationId, rule }, { context }) => geography.changeRule(context, organizationId, rule),
    }),
    /** The geography asks the custodians itself; `approvalId` is what it was refused with at first. */
    changeNetworks: defineOperation({
      ...ofOrganization,
      name: "geography.change-networks",
      /** `networks`: CIDR, in place of those before. */
      input: z.strictObject({
        organizationId: id,
        networks: z.array(z.string().max(64)).max(200),
        approvalId: id.exactOptional(),
      }),
      permission: "geography.change-networks",
      handler: ({ approvalId, ...change }, { context }) => geography.changeNetworks(context, change, approvalId),
    }),
  };
}
