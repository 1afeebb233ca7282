import { readFileSync } from "node:fs";
import { sqlite } from "@artguard/core/sqlite";
import { describe, expect, it } from "vitest";
import { ChildWriter, missingStrace, straceWriter, type WriterEnd, type WriterSettings } from "./child-writer.ts";
import { noteTable, pairTable } from "./note-table.ts";
import { readTrace } from "./system-calls.ts";
import { temporaryFile } from "./temporary-file.ts";

const rounds = 100;
const longestLifeMs = 100;

/** Acknowledged writes that are not there, and notes without the pair that their transaction wrote, or the other way round. */
async function losses(path: string, ends: ReadonlyMap<string, WriterEnd>): Promise<string[]> {
  await using store = await sqlite({ path });
  const [notes, pairs] = [await store.open(noteTable), await store.open(pairTable)];
  const lost: string[] = [];
  for (const [writer, { acknowledged }] of ends) {
    const upTo = acknowledged.length + 1;
    const keys = Array.from({ length: upTo }, (_, n) => ({ writer, n }));
    const [foundNotes, foundPairs] = [await notes.batchGet(keys), await pairs.batchGet(keys)];
    for (const n of acknowledged) if (foundNotes[n] === undefined) lost.push(`${writer}: note ${n}`);
    for (let n = 3; n < upTo; n += 4) {
      if ((foundNotes[n] === undefined) !== (foundPairs[n] === undefined))
        lost.push(`${writer}: half of transaction ${n}`);
    }
  }
  return lost;
}

async function killedAtRandom(settings: WriterSettings): Promise<WriterEnd> {
  const writer = new ChildWriter(settings);
  await writer.hasBegun();
  await new Promise((resolve) => setTimeout(resolve, Math.random() * longestLifeMs));
  return writer.kill();
}

describe("an acknowledged write", () => {
  it(`is not lost in ${2 * rounds} kills of two writers on one file, and no transaction is done by half`, async () => {
    const path = temporaryFile();
    const ends = new Map<string, WriterEnd>();
    for (let round = 0; round < rounds; round++) {
      const names = [`a${round}`, `b${round}`];
      const both = await Promise.all(names.map((writer) => killedAtRandom({ path, writer })));
      both.forEach((end, index) => {
        ends.set(names[index]!, end);
      });
    }
    const all = [...ends.values()];
    expect(all.filter(({ signal }) => signal === "SIGKILL")).toHaveLength(2 * rounds);
    expect(all.filter(({ acknowledged }) => acknowledged.length === 0)).toEqual([]);
    expect(await losses(path, ends)).toEqual([]);
    console.log(`${all.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)} acknowledged writes, 0 lost`);
  }, 900_000);
});

const noStrace = missingStrace();
if (noStrace) console.log(`skipped: ${noStrace}`);

describe.skipIf(noStrace)("every acknowledgement", () => {
  const traced = (defect: WriterSettings["defect"] & string) => {
    const path = temporaryFile();
    const trace = `${path}.trace`;
    const options = ["-f", "-y", "-s", "16", "-o", trace, "-e", "trace=write,pwrite64,fsync,fdatasync"];
    const { acknowledged } = straceWriter(options, { path, writer: "w", writes: 60, defect });
    const found = readTrace(readFileSync(trace, "utf8"));
    expect([acknowledged.length, found.acknowledgements]).toEqual([60, 60]);
    return found;
  };

  it("comes after its write is on the disk", () => {
    const { early, synchronisations } = traced("none");
    expect(early).toEqual([]);
    expect(synchronisations).toBeGreaterThanOrEqual(60);
  });

  it("is seen to come too early where a defect is seeded: commits that do not wait for the disk", () => {
    const { early } = traced("synchronous-off");
    expect(early.map(({ because }) => because)).toEqual(Array(60).fill("the log was not synchronised"));
  });

  it("is seen to come too early where a defect is seeded: acknowledging before committing", () => {
    const { early } = traced("early-acknowledgement");
    expect(early.map(({ because }) => because)).toEqual(Array(60).fill("nothing was written"));
  });
});
