import {
  type ColumnMask,
  type Policy,
  parsePolicy,
  type Row,
  type RowViewOptions,
  rowView,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf } from "../fixtures/contexts.ts";
import { noon } from "../fixtures/stores.ts";

const resource = { kind: "dataset", id: "sales", classification: "internal" } as const;
const museum = { organizationId: "museum", roles: ["analyst"] };

function viewOf(
  more: Partial<Policy>,
  context = contextOf("ada", { organizations: [museum] }),
  options: RowViewOptions = {},
) {
  const policy = parsePolicy({ roles: {}, rules: [], ...more });
  return rowView(policy, { context, resource, now: noon }, options);
}

function shown(mask: Partial<ColumnMask> & { mask: string }, value: unknown, options: RowViewOptions = {}) {
  const column_masks = [{ id: "m", resource: "dataset", columns: ["c"], ...mask } as ColumnMask];
  return viewOf({ column_masks }, undefined, options).see({ c: value })?.["c"];
}

describe("column masks", () => {
  it.each([
    ["redact", "Ada L. 1815", "xxx x. 0000"],
    ["first4", "CR05-0152", "CR05-0000"],
    ["last4", "4111 1111 1111 1234", "0000 0000 0000 1234"],
    ["last4", "1234", "0000"],
    ["last4", "ñandú", "xandú"],
    ["first4", "😀😀😀😀a1", "😀😀😀😀x0"],
    ["nullify", 12, null],
    ["year", "1815-12-10", "1815-01-01"],
    ["year", Date.UTC(1815, 11, 10), Date.UTC(1815, 0, 1)],
    ["year", "yesterday", null],
    ["redact", { name: "Ada" }, '{"xxxx":"xxx"}'],
    ["redact", null, null],
  ])("%s shows %j as %j", (mask, value, expected) => {
    expect(shown({ mask: mask as "redact" }, value)).toEqual(expected);
  });

  it("hash is the same for the same value under one key, tells 1 from '1', and needs a key", () => {
    const one = { hashKey: new Uint8Array(32).fill(1) };
    expect(shown({ mask: "hash" }, "x", one)).toBe(shown({ mask: "hash" }, "x", one));
    expect(shown({ mask: "hash" }, "1", one)).not.toBe(shown({ mask: "hash" }, 1, one));
    expect(shown({ mask: "hash" }, "x", one)).not.toBe(
      shown({ mask: "hash" }, "x", { hashKey: new Uint8Array(32).fill(2) }),
    );
    expect(() => shown({ mask: "hash" }, "x")).toThrow(expect.objectContaining({ code: "access.invalid-policy" }));
  });

  it("custom calls the function of that name and no other", () => {
    const custom = { domain: (value: unknown) => String(value).split("@").at(-1) };
    expect(shown({ mask: "custom", function: "domain" }, "ada@example.org", { custom })).toBe("example.org");
    expect(() => shown({ mask: "custom", function: "toString" }, "x", { custom })).toThrow(/nobody gave/);
  });

  it("the strictest of several wins, and tags name columns", () => {
    const column_masks: ColumnMask[] = [
      { id: "a", resource: "dataset", columns: ["email"], mask: "first4" },
      { id: "b", resource: "dataset/sales", tags: ["personal"], mask: "nullify" },
    ];
    const view = viewOf({ column_masks }, undefined, { tags: { email: ["personal"], name: ["personal"] } });
    expect(view.see({ email: "ada@example.org", name: "Ada", price: 3 })).toEqual({
      email: null,
      name: null,
      price: 3,
    });
    expect(view.maskOf("price")).toBeUndefined();
  });

  it("shows the value to whom `unless` is true of, and masks where that is not known", () => {
    const column_masks: ColumnMask[] = [
      { id: "a", resource: "dataset", columns: ["a"], mask: "nullify", unless: { relation: "owner" } },
      { id: "b", resource: "dataset", columns: ["b"], mask: "nullify", unless: { not: { purpose_one_of: ["ads"] } } },
    ];
    const policy = parsePolicy({ roles: {}, rules: [], column_masks });
    const attributes = { context: contextOf("ada"), resource: { ...resource, ownerId: "ada" }, now: noon };
    expect(rowView(policy, attributes).see({ a: 1, b: 2 })).toEqual({ a: 1, b: null });
    expect(rowView(policy, { ...attributes, purpose: "research" }).see({ a: 1, b: 2 })).toEqual({ a: 1, b: 2 });
  });
});

describe("row filters", () => {
  const rows: Row[] = [
    { id: 1, owner: "museum", country: "CR", price: 10 },
    { id: 2, owner: "gallery", country: "CR", price: 20 },
    { id: 3, owner: null, country: "NI", price: 30 },
  ];
  const idsSeen = (keep: object, context?: ReturnType<typeof contextOf>, when?: object) => {
    const row_filters = [{ id: "f", resource: "dataset", keep, ...(when && { when }) }] as NonNullable<
      Policy["row_filters"]
    >;
    const view = viewOf({ row_filters }, context);
    return rows.flatMap((row) => view.see(row)?.["id"] ?? []);
  };

  it("keep what matches values and the caller's own properties", () => {
    expect(idsSeen({ column: "country", one_of: ["CR"] })).toEqual([1, 2]);
    expect(idsSeen({ column: "owner", one_of: { context: "organizations" } })).toEqual([1]);
    expect(
      idsSeen({
        all: [
          { column: "price", at_least: 20 },
          { column: "price", less_than: 30 },
        ],
      }),
    ).toEqual([2]);
    expect(
      idsSeen({
        any: [
          { column: "id", one_of: [1] },
          { column: "id", one_of: [3] },
        ],
      }),
    ).toEqual([1, 3]);
  });

  it("show no row where the caller's property is missing, and no row whose column is, not even under `not`", () => {
    expect(idsSeen({ column: "country", one_of: { context: "country" } })).toEqual([]);
    expect(idsSeen({ not: { column: "country", one_of: { context: "country" } } })).toEqual([]);
    expect(idsSeen({ not: { column: "owner", one_of: ["museum"] } })).toEqual([2]);
    expect(idsSeen({ column: "country", one_of: { context: "country" } }, contextOf("ada", { country: "NI" }))).toEqual(
      [3],
    );
  });

  it("bind values: what looks like a condition is a value", () => {
    expect(idsSeen({ column: "country", one_of: ["CR' OR '1'='1"] })).toEqual([]);
  });

  it("apply unless it is certain that they do not", () => {
    const none = { column: "id", one_of: [0] };
    expect(idsSeen(none, undefined, { role: "stranger" })).toEqual([1, 2, 3]);
    expect(idsSeen(none, undefined, { purpose_one_of: ["research"] })).toEqual([]);
  });

  it("must all let a row pass, and look at it before it is masked", () => {
    const view = viewOf({
      row_filters: [
        { id: "f1", resource: "dataset", keep: { column: "country", one_of: ["CR"] } },
        { id: "f2", resource: "dataset", keep: { column: "price", less_than: 15 } },
        { id: "f3", resource: "analysis", keep: { column: "id", one_of: [0] } },
      ],
      column_masks: [{ id: "m", resource: "dataset", columns: ["country"], mask: "nullify" }],
    });
    expect(view.filters).toEqual(["f1", "f2"]);
    expect(rows.map(view.see)).toEqual([{ ...rows[0], country: null }, undefined, undefined]);
  });
});
