import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTable, type TableDefinition } from "../../src/storage/table.ts";
import { compareKeys } from "../../src/storage/table-key.ts";
import { keyTypesOf } from "../../src/storage/table-shape.ts";

const tableOf = (id: z.ZodType): TableDefinition<{ id: unknown }> =>
  defineTable({ name: "shapes", key: { partition: "id" }, indexes: {}, schema: z.object({ id }) });

describe("the type of a key attribute", () => {
  it.each([
    ["string", z.string().min(1).brand<"Id">()],
    ["string", z.enum(["a", "b"])],
    ["string", z.literal("a")],
    ["string", z.templateLiteral(["user-", z.number()])],
    ["string", z.union([z.literal("a"), z.string().optional()])],
    ["string", z.string().default("x").readonly()],
    ["string", z.uuid()],
    ["number", z.number().int().min(1)],
    ["number", z.literal([1, 2])],
  ])("%s is read from the schema", (type, schema) => {
    expect(keyTypesOf(tableOf(schema)).get("id")).toBe(type);
  });

  it.each([
    ["a string or a number", z.union([z.string(), z.number()])],
    ["null or a string", z.string().nullable()],
    ["a list", z.array(z.string())],
    ["anything", z.unknown()],
  ])("is refused for %s", (_, schema) => {
    expect(() => keyTypesOf(tableOf(schema))).toThrow(expect.objectContaining({ code: "storage.invalid-key" }));
  });

  it("is read from a union of kinds, where not every kind has the attribute", () => {
    const schema = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("user"), id: z.string(), email: z.string() }),
      z.object({ kind: z.literal("key"), id: z.string(), issued_at: z.number().optional() }),
    ]);
    const table = defineTable<z.infer<typeof schema>>({
      name: "kinds",
      key: { partition: "id", sort: "kind" },
      indexes: { "email-index": { partition: "email" }, "key-index": { partition: "kind", sort: "issued_at" } },
      schema,
    });
    expect(Object.fromEntries(keyTypesOf(table))).toEqual({
      id: "string",
      kind: "string",
      email: "string",
      issued_at: "number",
    });
  });
});

it("keys of text are ordered by their UTF-8 bytes", () => {
  const texts = ["", "a", "ab", "b", "é", "\u07ff", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"];
  for (const a of texts) {
    for (const b of texts) {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }
  }
});
