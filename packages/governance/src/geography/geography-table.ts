import { defineTable, epochMillisecondsSchema } from "@artguard/core";
import { z } from "zod";

/** From where the members of an organisation may act: the rule of one organisation. */
export const placeRuleSchema = z.strictObject({
  /** ISO 3166-1 alpha-2; requests from there are admitted. */
  countries: z.array(z.string().regex(/^[A-Z]{2}$/, "expected two letters of ISO 3166-1")).max(250),
  /** Of a request whose address or country is not known. */
  unknown_country: z.enum(["admit", "refuse"]),
  /** When the country database is stale. */
  stale_database: z.enum(["use", "refuse"]),
  /** When there is no usable country database. */
  missing_database: z.enum(["admit", "refuse"]),
});
/** See {@link placeRuleSchema}. */
export type PlaceRule = z.infer<typeof placeRuleSchema>;

const key = { geography_id: z.string().startsWith("ORG#") };

/** The rule of an organisation; there is none where nothing is restricted. */
export const ruleItemSchema = z.object({
  ...key,
  entry: z.literal("rule"),
  kind: z.literal("rule"),
  rule: placeRuleSchema,
  changed_by: z.string().min(1),
  changed_at: epochMillisecondsSchema,
});

/** Networks from which an organisation's members are admitted wherever they are. */
export const networksItemSchema = z.object({
  ...key,
  entry: z.literal("networks"),
  kind: z.literal("networks"),
  /** Canonical CIDR. */
  networks: z.array(z.string()).max(200),
  approval_id: z.string().min(1),
  changed_by: z.string().min(1),
  changed_at: epochMillisecondsSchema,
  /** Counts the changes: each is made only to the list that was approved. */
  revision: z.number().int().positive(),
});
/** See {@link networksItemSchema}. */
export type NetworksItem = z.infer<typeof networksItemSchema>;

type Kinds = z.infer<typeof ruleItemSchema> | NetworksItem;
type AttributeOfAny<Kind> = Kind extends Kind ? keyof Kind : never;
type ValueOfAny<Kind, Name> = Kind extends { [N in Name & string]?: infer Value } ? Value : never;

/** Any item of the geography table. */
export type GeographyItem = { geography_id: string; entry: string } & {
  [Name in Exclude<AttributeOfAny<Kinds>, "geography_id" | "entry">]?: ValueOfAny<Kinds, Name>;
};

/**
 * Name of the table in an environment.
 *
 * @example
 * geographyTableName("prod"); // artguard-geography-prod
 */
export const geographyTableName = (environment: string) => `artguard-geography-${environment}`;

/**
 * From where the members of organisations may act.
 *
 * @param name Default `artguard-geography-dev`.
 * @example
 * const table = await tables.open(defineGeographyTable(geographyTableName("prod")));
 */
export function defineGeographyTable(name = geographyTableName("dev")) {
  return defineTable<GeographyItem>({
    name,
    key: { partition: "geography_id", sort: "entry" },
    indexes: {},
    schema: z.union([ruleItemSchema, networksItemSchema]),
  });
}
