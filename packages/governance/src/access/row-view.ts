import { type Attributes, holds } from "./attribute-condition.ts";
import { type ColumnMask, type MaskOptions, masked, maskKinds } from "./column-mask.ts";
import type { Policy } from "./policy.ts";
import type { Resource } from "./resource.ts";
import { keeps, type Row } from "./row-filter.ts";

/** Options of {@link rowView}. */
export interface RowViewOptions extends MaskOptions {
  /** Tags of the resource's columns, by column. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

/** What one caller sees of the rows of one resource. */
export interface RowView {
  /** The row as it may be seen, or undefined when it is not there for this caller. Filters look at the unmasked row. */
  see(row: Row): Row | undefined;
  /** The mask of a column, undefined for one that is shown as it is. */
  maskOf(column: string): ColumnMask | undefined;
  /** Ids of the filters that apply. */
  readonly filters: readonly string[];
}

/**
 * Evaluates the row filters and column masks of a policy for one caller and one resource. Whether the caller may read
 * the resource at all is decided before, by `validateAccess`; roles that own it are filtered and masked as any other.
 *
 * @example
 * const view = rowView(defaultPolicy, { context, resource, now: Date.now() });
 * const seen = rows.flatMap((row) => view.see(row) ?? []);
 */
export function rowView(policy: Policy, attributes: Attributes, options: RowViewOptions = {}): RowView {
  const { context, resource } = attributes;
  const filters = (policy.row_filters ?? []).filter(
    ({ resource: of, when }) => isOf(of, resource) && (when === undefined || holds(when, attributes) !== false),
  );
  const masks = (policy.column_masks ?? [])
    .filter(({ resource: of, unless }) => isOf(of, resource) && !(unless && holds(unless, attributes) === true))
    .sort((a, b) => maskKinds.indexOf(a.mask) - maskKinds.indexOf(b.mask));
  const maskOf = (column: string) => masks.find((mask) => isOn(mask, column, options.tags?.[column]));
  return {
    filters: filters.map(({ id }) => id),
    maskOf,
    see: (row) => {
      if (!filters.every(({ keep }) => keeps(keep, row, context) === true)) return undefined;
      return Object.fromEntries(
        Object.entries(row).map(([column, value]) => {
          const mask = maskOf(column);
          return [column, mask ? masked(value, mask, options) : value];
        }),
      );
    },
  };
}

function isOf(of: string, { kind, id }: Resource): boolean {
  return of === kind || (id !== undefined && of === `${kind}/${id}`);
}

function isOn({ columns = [], tags = [] }: ColumnMask, column: string, columnTags: readonly string[] = []): boolean {
  return columns.includes(column) || tags.some((tag) => columnTags.includes(tag));
}
