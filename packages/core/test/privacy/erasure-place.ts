import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineAnalysisTable, defineUserTable, type ObjectStore, type TableStore } from "@artguard/core";
import { type FolderObjectStore, folder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { expect } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { imagesOf, reviewedBy, type Subject, writtenAt } from "./subjects.ts";

/** The moment at which people are erased. */
export const now = () => writtenAt + 1000;

/** What the receipt of a whole subject says. */
export const whole = { analyses: 2, versions: 1, objects: 4, markers: 3, statements: 1, users: 1 };

/** A folder with a database and images, as a host would have it; it goes with the test. */
export function temporaryPlace() {
  const path = temporaryFolder();
  return {
    path,
    /** Opens the stores as a new process would, works, and closes them. */
    async visit<Result>(
      work: (tables: TableStore, objects: FolderObjectStore) => Promise<Result>,
      clock = now,
    ): Promise<Result> {
      await using tables = await sqlite({ path: join(path, "artguard.db"), now: clock });
      return await work(tables, folder({ path: join(path, "images"), now: clock }));
    },
  };
}

/** How many of the subjects left their fingerprint in any file, or the name of one, below a folder. */
export function traced(path: string, subjects: readonly Subject[]): number {
  const found = new Set<string>();
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`;
    for (const [fingerprint] of text.matchAll(fingerprints)) found.add(fingerprint);
  }
  return subjects.filter(({ fingerprint }) => found.has(fingerprint)).length;
}

const fingerprints = /fp\d{4}x\d+x/g;

/** Everything of these subjects is as it was stored. */
export async function expectIntact(subjects: readonly Subject[], tables: TableStore, objects: ObjectStore) {
  const users = await tables.open(defineUserTable());
  const analyses = await tables.open(defineAnalysisTable());
  for (const one of subjects) {
    const owned = await users.query({ index: "owner-index", partition: one.userId });
    expect(owned.items).toHaveLength(whole.markers);
    expect(await users.get({ user_id: one.userId })).toMatchObject({ email: one.email, quota_used: 2 });
    const own = await analyses.query({ index: "user-index", partition: one.userId });
    expect(own.items).toHaveLength(whole.analyses);
    const versions = await analyses.query({ partition: `VERSION#${one.requestIds[0]}` });
    expect(versions.items).toHaveLength(whole.versions);
    const reviewed = await analyses.get({ request_id: reviewedBy(one), created_at: writtenAt });
    expect(reviewed).toMatchObject({ review: { note: "Yes.", reviewer_id: one.userId } });
    for (const [key, bytes] of imagesOf(one)) expect(await objects.get(key)).toEqual(bytes);
  }
}
