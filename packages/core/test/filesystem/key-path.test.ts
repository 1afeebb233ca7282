import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeSegment, entryOf, keyPath } from "../../src/filesystem/key-path.ts";

const segment = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
    fc.constantFrom(
      "con",
      "CON.txt",
      "aux",
      "com1",
      "a.",
      "...",
      "@",
      "~",
      "a~",
      "%41",
      "\u00e9",
      "e\u0301",
      `${"x".repeat(199)}ü`,
    ),
    fc.string({ minLength: 180, maxLength: 420, unit: fc.constantFrom("a", "ü", ".", "Z", "%") }),
  )
  .filter((text) => !/[\p{Cc}\\/]/u.test(text) && text.isWellFormed() && text !== "." && text !== "..");
const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));

/** Reads a path back as a listing does. */
function keyOf(names: readonly string[]): string {
  let result = "";
  let text = "";
  names.forEach((name, index) => {
    const entry = entryOf(name, index < names.length - 1);
    text += entry?.text;
    if (entry?.continues) return;
    result += decodeSegment(text) + (index < names.length - 1 ? "/" : "");
    text = "";
  });
  return result;
}

it("gives every key a path that every file system takes and that leads back to it", () => {
  fc.assert(
    fc.property(key, (text) => {
      const names = keyPath(text);
      for (const name of names) {
        expect(name).toMatch(/^@?[a-z0-9._%-]+~?$/);
        expect(name.length).toBeLessThanOrEqual(255);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|\.$/);
      }
      expect(keyOf(names)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
