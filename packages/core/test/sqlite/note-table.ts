import { z } from "zod";
import { defineTable } from "../../src/storage/table.ts";

const noteSchema = z.object({
  writer: z.string(),
  n: z.number(),
  text: z.string(),
  topic: z.string().optional(),
  rank: z.number().optional(),
  until: z.number().optional(),
});
export type Note = z.infer<typeof noteSchema>;

/** What the tests of the embedded store write. */
export const noteTable = defineTable<Note>({
  name: "notes",
  key: { partition: "writer", sort: "n" },
  indexes: { "topic-index": { partition: "topic", sort: "n" } },
  schema: noteSchema,
});

const pairSchema = z.object({ writer: z.string(), n: z.number() });

/** Written together with every fourth note, in one transaction. */
export const pairTable = defineTable<z.infer<typeof pairSchema>>({
  name: "pairs",
  key: { partition: "writer", sort: "n" },
  indexes: {},
  schema: pairSchema,
});
