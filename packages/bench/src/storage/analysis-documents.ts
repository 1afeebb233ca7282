import { readFileSync } from "node:fs";
import { type Analysis, analysisSchema, createArtGuard, defineTable } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";

const firstMoment = 1_700_000_000_000;
/** Users that the records of a benchmark belong to. */
const users = 40;

/** Whole records under the keys of the spec's table 1. */
export const documentTable = defineTable<Analysis>({
  name: "documents",
  key: { partition: "request_id", sort: "created_at" },
  indexes: {
    "user-index": { partition: "user_id", sort: "created_at" },
    "status-index": { partition: "status", sort: "created_at" },
  },
  ttl: "auto_delete_date",
  schema: analysisSchema,
});

/** The stored record of a real analysis: one of the bundled examples, judged by every local cue. */
export async function recordOfExample(): Promise<Analysis> {
  const artguard = await createArtGuard({ detectors: forensicDetectors(), storage: "memory", isolation: "none" });
  try {
    const picture = new URL("../../../../examples/images/spliced.jpg", import.meta.url);
    const { request_id } = await artguard.analyze(readFileSync(picture));
    return await artguard.get(request_id);
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
}

/** Key of the record `n`. */
export function keyOf(n: number): Pick<Analysis, "request_id" | "created_at"> {
  return { request_id: `request-${n}`, created_at: (firstMoment + n) as Analysis["created_at"] };
}

/** A record like `model`, the `n`-th of all and one of its user's. */
export function record(model: Analysis, n: number): Analysis {
  return { ...model, ...keyOf(n), user_id: userOf(n) };
}

/** Whose record `n` is. */
export function userOf(n: number): string {
  return `user-${n % users}`;
}

/** A record of the least attributes, for tables of many. */
export function smallRecord(n: number, user_id: string): Analysis {
  return analysisSchema.parse({
    ...keyOf(n),
    user_id,
    status: "COMPLETED",
    filename: `picture ${n}.jpg`,
    content_type: "image/jpeg",
    size_bytes: 1000 + n,
    forgery_score: n % 100,
    verdict: "AUTHENTIC",
  });
}
