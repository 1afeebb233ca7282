import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itemSize, itemSizeBound } from "../../src/storage/item-size.ts";

describe("itemSize", () => {
  it.each([
    ["names and strings by their UTF-8 bytes", { né: "𝄞" }, 3 + 4],
    ["a boolean and null as one byte each", { a: true, b: null }, 2 + 2],
    [
      "a number by half its significant digits and one byte",
      { a: 5, b: 12345, c: 1200, d: 0.00123 },
      4 + 2 + 4 + 2 + 3,
    ],
    ["one byte more for a negative number", { a: -5 }, 1 + 3],
    ["0 as a byte", { a: 0 }, 1 + 1],
    ["a list by 3, its elements and one byte for each", { a: ["x", "yz"] }, 1 + 3 + 1 + 2 + 2],
    ["a map by 3, its names and values and one byte for each", { a: { b: "x" } }, 1 + 3 + 1 + 1 + 1],
    ["an attribute that is undefined as nothing", { a: undefined }, 0],
  ])("counts %s", (_, item, size) => {
    expect(itemSize(item)).toBe(size);
  });

  it("is never greater than its bound", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
        fc.double({ noNaN: true, min: -1e100, max: 1e100 }).filter((n) => n === 0 || Math.abs(n) > 1e-100),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any")),
        fc.dictionary(fc.string({ minLength: 1 }), tie("any")),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value), (item) => itemSize(item) <= itemSizeBound(item)),
    );
  });

  it.each([
    ["half a surrogate pair", { a: "\udc00" }],
    ["NaN", { a: Number.NaN }],
    ["a number out of range", { a: [1e126] }],
    ["a date", { a: new Date(0) }],
    ["bytes", { a: new Uint8Array(2) }],
    ["a function", { a: () => 1 }],
    ["undefined in a list", { a: [undefined] }],
    ["an attribute without a name", { a: { "": 1 } }],
    ["more levels than DynamoDB holds", { a: Array.from({ length: 40 }).reduce((inner) => [inner], 1) }],
  ])("refuses %s", (_, item) => {
    expect(() => itemSize(item)).toThrow(expect.objectContaining({ code: "storage.invalid-item" }));
    expect(() => itemSizeBound(item)).toThrow(expect.objectContaining({ code: "storage.invalid-item" }));
  });
});
