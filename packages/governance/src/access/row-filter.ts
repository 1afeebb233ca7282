import { z } from "zod";
import type { SecurityContext } from "../identity/security-context.ts";
import { attributeConditionSchema, type Truth } from "./attribute-condition.ts";

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);
type Scalar = z.infer<typeof scalarSchema>;

const referenceSchema = z.strictObject({ context: z.enum(["principal.id", "organizations", "country"]) });
/** A value of the one who asks: `principal.id`, the ids of their `organizations`, or their `country`. */
export type ContextReference = z.infer<typeof referenceSchema>;

/** What a row must be like. */
export type RowCondition =
  | { readonly column: string; readonly one_of: readonly Scalar[] | ContextReference }
  | { readonly column: string; readonly at_least: string | number }
  | { readonly column: string; readonly less_than: string | number }
  | { readonly all: readonly RowCondition[] }
  | { readonly any: readonly RowCondition[] }
  | { readonly not: RowCondition };

const column = z.string().min(1);
const ordered = z.union([z.string(), z.number()]);

const rowConditionSchema: z.ZodType<RowCondition> = z.lazy(() =>
  z.union([
    z.strictObject({ column, one_of: z.union([z.array(scalarSchema).min(1), referenceSchema]) }),
    z.strictObject({ column, at_least: ordered }),
    z.strictObject({ column, less_than: ordered }),
    z.strictObject({ all: z.array(rowConditionSchema).min(1) }),
    z.strictObject({ any: z.array(rowConditionSchema).min(1) }),
    z.strictObject({ not: rowConditionSchema }),
  ]),
);

/** Which rows of a resource are there for whom. All filters that apply must let a row pass. */
export const rowFilterSchema = z.strictObject({
  id: z.string().min(1).max(128),
  /** Kind of resource, or `kind/id` for one of them. */
  resource: z.string().min(1),
  /** Whom the filter is for; default everybody. Applies also when it is not known whether it holds. */
  when: attributeConditionSchema.optional(),
  keep: rowConditionSchema,
});
/** See `rowFilterSchema`. */
export type RowFilter = z.infer<typeof rowFilterSchema>;

/** A row by its column names. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Whether a row is as the condition says; undefined where the column or the caller's property is missing. A row is kept
 * only for true, so that what is not known is not shown, not even under `not`.
 */
export function keeps(condition: RowCondition, row: Row, context: SecurityContext): Truth {
  if ("all" in condition) return combined(condition.all, row, context, false);
  if ("any" in condition) return combined(condition.any, row, context, true);
  if ("not" in condition) {
    const truth = keeps(condition.not, row, context);
    return truth === undefined ? undefined : !truth;
  }
  const value = row[condition.column];
  if (value === undefined || value === null) return undefined;
  if ("one_of" in condition) return valuesOf(condition.one_of, context)?.some((allowed) => allowed === value);
  const bound = "at_least" in condition ? condition.at_least : condition.less_than;
  if (typeof value !== typeof bound) return undefined;
  const isLess = (value as string | number) < bound;
  return "at_least" in condition ? !isLess : isLess;
}

/** `decisive` is the truth of one part that decides for all. */
function combined(parts: readonly RowCondition[], row: Row, context: SecurityContext, decisive: boolean): Truth {
  const truths = parts.map((part) => keeps(part, row, context));
  if (truths.includes(decisive)) return decisive;
  return truths.includes(undefined) ? undefined : !decisive;
}

function valuesOf(
  values: readonly Scalar[] | ContextReference,
  context: SecurityContext,
): readonly Scalar[] | undefined {
  if (!("context" in values)) return values;
  switch (values.context) {
    case "principal.id":
      return context.principal.kind === "anonymous" ? undefined : [context.principal.id];
    case "organizations":
      return context.organizations.length === 0 ? undefined : context.organizations.map((each) => each.organizationId);
    case "country":
      return context.country === undefined ? undefined : [context.country];
  }
}
