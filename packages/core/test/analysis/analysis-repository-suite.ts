import { type Analysis, AnalysisRepository, analysisSchema, type TableStore } from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noon, pending, scored } from "../fixtures/analysis-records.ts";
import specAnalysis from "../fixtures/spec-analysis.json" with { type: "json" };
import { type MakeTableStore, opened } from "../fixtures/table-stores.ts";

const lost = { code: "analysis.lease-lost" };

/** The same expectations of AnalysisRepository on every table store. */
export function analysisRepositorySuite(name: string, make: MakeTableStore): void {
  describe(`AnalysisRepository on ${name}`, () => {
    async function setup(ms = noon) {
      const clock = { ms };
      const store = await opened(make, clock);
      return { clock, store, repository: await AnalysisRepository.open(store, { now: () => clock.ms }) };
    }

    async function completed(repository: AnalysisRepository, record: Analysis, score: number): Promise<Analysis> {
      await repository.create(record);
      const processing = await repository.transition(record, { set: { status: "PROCESSING" } });
      return repository.transition(processing, { set: scored(score), remove: ["open_work"] });
    }

    it("keeps the spec's example item, with the time that its key says", async () => {
      const { repository, clock } = await setup(Date.UTC(2024, 1, 10));
      const example = analysisSchema.parse(specAnalysis);
      expect(example).toEqual(specAnalysis);
      await repository.create(example);
      const corrected = { ...specAnalysis, timestamp_iso: "2024-02-09T18:40:00.000Z" };
      expect(await repository.get(specAnalysis.request_id)).toEqual(corrected);
      clock.ms = specAnalysis.auto_delete_date * 1000;
      const { raw_image_url: _, processed_image_url: __, ...withoutImage } = corrected;
      expect(await repository.get(specAnalysis.request_id)).toEqual({ ...withoutImage, image_saved: false });
    });

    it("query pattern 1: gets an analysis by its request_id alone", async () => {
      const { repository } = await setup();
      await repository.create(pending("a"));
      expect(await repository.get("a")).toMatchObject({ request_id: "a", created_at: noon, status: "PENDING" });
      for (const unknown of ["b", "", "COUNT#0", "VERSION#a"])
        await expect(repository.get(unknown)).rejects.toMatchObject({ code: "analysis.not-found" });
      await expect(repository.create(pending("a"))).rejects.toMatchObject({ code: "storage.condition-failed" });
    });

    it("query pattern 2: pages through a user's history, newest first", async () => {
      const { repository } = await setup();
      for (let i = 0; i < 45; i++) await repository.create(pending(`r${i}`, { created_at: noon + i }));
      await repository.create(pending("other", { user_id: "u2" }));
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await repository.history("u1", { cursor });
        pages.push(page.items.map(({ filename }) => filename));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(pages.map(({ length }) => length).slice(0, 2)).toEqual([20, 20]);
      expect(pages.flat()).toEqual(Array.from({ length: 45 }, (__, i) => `r${44 - i}.png`));
    });

    it("gives a cursor to one user only, and no history to everybody", async () => {
      const { repository } = await setup();
      for (const id of ["a", "b"]) await repository.create(pending(id));
      const { cursor } = await repository.history("u1", { limit: 1 });
      await expect(repository.history("u2", { limit: 1, cursor })).rejects.toMatchObject({
        code: "storage.invalid-cursor",
      });
      await expect(repository.history("anonymous")).rejects.toMatchObject({ code: "analysis.invalid-input" });
      expect(analysisSchema.safeParse({ ...pending("c"), user_id: "anonymous" }).success).toBe(false);
      expect(analysisSchema.safeParse({ ...pending("c"), user_id: undefined }).success).toBe(true);
    });

    it("query pattern 5: lists pending analyses, oldest first", async () => {
      const { repository } = await setup();
      for (let i = 3; i > 0; i--) await repository.create(pending(`r${i}`, { created_at: noon + i }));
      await repository.transition(await repository.get("r2"), { set: { status: "PROCESSING" } });
      const { items } = await repository.byStatus("PENDING");
      expect(items.map(({ request_id }) => request_id)).toEqual(["r1", "r3"]);
      expect(items[0]).toMatchObject({ status: "PENDING", user_id: "u1", filename: "r1.png" });
    });

    it("query pattern 6: updates the status, along the lifecycle only", async () => {
      const { repository } = await setup();
      const record = pending("a");
      await repository.create(record);
      const illegal = { code: "analysis.illegal-transition" };
      await expect(repository.transition(record, { set: scored(1) })).rejects.toMatchObject(illegal);
      const processing = await repository.transition(record, { set: { status: "PROCESSING" } });
      await expect(repository.transition(record, { set: { status: "PROCESSING" } })).rejects.toMatchObject(lost);
      const done = await repository.transition(processing, {
        set: { ...scored(87), ai_analysis: "Detailed AI reasoning text..." },
        remove: ["open_work"],
      });
      expect(await repository.get("a")).toEqual(done);
      expect(done).toMatchObject({ status: "COMPLETED", forgery_score: 87, verdict: "LIKELY_FORGED" });
      expect(done.open_work).toBeUndefined();
      await expect(repository.transition(done, { set: { status: "FAILED" } })).rejects.toMatchObject(illegal);
      await expect(repository.transition(processing, { set: { status: "FAILED" } })).rejects.toMatchObject(lost);
      expect(await repository.get("a")).toEqual(done);
    });

    it("query pattern 7: counts per status and averages the scores", async () => {
      const { repository } = await setup();
      await completed(repository, pending("a"), 20);
      await completed(repository, pending("b", { created_at: noon + 86_400_000 }), 90);
      await completed(repository, pending("c"), 100);
      await repository.create(pending("d"));
      expect(await repository.counts()).toEqual({
        by_status: { PENDING: 1, PROCESSING: 0, COMPLETED: 3, FAILED: 0 },
        by_verdict: { AUTHENTIC: 1, SUSPICIOUS: 0, LIKELY_FORGED: 2 },
        scored: 3,
        average_score: 70,
        score_histogram: [0, 0, 1, 0, 0, 0, 0, 0, 0, 2],
      });
      expect(await repository.counts({ from: noon, to: noon })).toMatchObject({ scored: 2, average_score: 60 });
      expect(await repository.counts({ from: noon + 86_400_000 })).toMatchObject({ scored: 1, average_score: 90 });
    });

    it("averages nothing to nothing", async () => {
      const { repository } = await setup();
      expect(await repository.counts()).toMatchObject({ scored: 0, average_score: undefined });
      expect(await repository.counts({ from: 0, to: noon })).toMatchObject({ scored: 0 });
      await expect(repository.counts({ from: Number.NaN })).rejects.toMatchObject({ code: "analysis.invalid-input" });
    });

    it("keeps an earlier result as a version, once", async () => {
      const { repository } = await setup();
      const first = await completed(repository, pending("a"), 20);
      const second = await repository.replaceResult(first, scored(80));
      await expect(repository.replaceResult(first, scored(50))).rejects.toMatchObject(lost);
      expect(await repository.results("a")).toEqual([first, second]);
      expect(second).toMatchObject({ forgery_score: 80, version_number: 2 });
      expect(await repository.counts()).toMatchObject({ scored: 1, average_score: 80 });
    });

    it("deletes a record with its versions; what ended stays counted, what was open does not", async () => {
      const { repository } = await setup();
      const first = await completed(repository, pending("a"), 20);
      await repository.delete(await repository.replaceResult(first, scored(80)));
      await repository.create(pending("b"));
      await repository.delete(await repository.get("b"));
      for (const id of ["a", "b"])
        await expect(repository.results(id)).rejects.toMatchObject({ code: "analysis.not-found" });
      expect((await repository.history("u1")).items).toEqual([]);
      expect((await repository.counts()).by_status).toEqual({ PENDING: 0, PROCESSING: 0, COMPLETED: 1, FAILED: 0 });
      await repository.create(pending("a"));
      expect(await repository.results("a")).toHaveLength(1);
    });

    it("does not delete what changed since it was read", async () => {
      const { repository } = await setup();
      const record = pending("a");
      await repository.create(record);
      await repository.transition(record, { set: { status: "PROCESSING" } });
      await expect(repository.delete(record)).rejects.toMatchObject(lost);
      expect((await repository.get("a")).status).toBe("PROCESSING");
    });

    it("does not delete a record whose result was replaced since it was read: its version would stay behind", async () => {
      const { repository } = await setup();
      const first = await completed(repository, pending("a"), 20);
      await repository.replaceResult(first, scored(80));
      await expect(repository.delete(first)).rejects.toMatchObject(lost);
      expect((await repository.get("a")).version_number).toBe(2);
    });

    it("does not show what has expired", async () => {
      const { repository, clock } = await setup();
      const seconds = noon / 1000 + 10;
      const object = { key: "k", sha256: "0".repeat(64), size_bytes: 1, content_type: "image/png" };
      const image = { image_saved: true, image_object: object, processed_object: object, raw_image_url: "memory:k" };
      await repository.create(pending("kept", { ...image, image_expires_at: seconds }));
      await repository.create(pending("gone", { record_expires_at: seconds }));
      expect((await repository.history("u1")).items).toHaveLength(2);
      clock.ms = seconds * 1000;
      await expect(repository.get("gone")).rejects.toMatchObject({ code: "analysis.not-found" });
      const { items } = await repository.history("u1");
      expect(items.map(({ request_id, image_saved }) => [request_id, image_saved])).toEqual([["kept", false]]);
      const kept = await repository.get("kept");
      for (const attribute of ["image_object", "processed_object", "raw_image_url"])
        expect(kept).not.toHaveProperty(attribute);
    });

    it("counts exactly what there is, whatever happens in whatever order", async () => {
      const steps = fc.array(
        fc.record({
          id: fc.integer({ min: 0, max: 5 }),
          to: fc.constantFrom("PROCESSING", "COMPLETED", "FAILED", "again", "twice"),
        }),
        { maxLength: 40 },
      );
      await fc.assert(
        fc.asyncProperty(steps, async (commands) => {
          const store: TableStore = await make({ ms: noon });
          const repository = await AnalysisRepository.open(store, { now: () => noon });
          for (const { id, to } of commands) await step(repository, `r${id}`, to).catch(() => undefined);
          const { items } = await repository.history("u1", { limit: 1000 });
          expect(items).toHaveLength(new Set(commands.map(({ id }) => id)).size);
          const counts = await repository.counts();
          for (const status of ["PENDING", "PROCESSING", "COMPLETED", "FAILED"] as const)
            expect(counts.by_status[status]).toBe(items.filter((item) => item.status === status).length);
          const scores = items.flatMap(({ forgery_score }) => forgery_score ?? []);
          expect(counts.scored).toBe(scores.length);
          if (scores.length > 0)
            expect(counts.average_score).toBeCloseTo(scores.reduce((a, b) => a + b) / scores.length, 9);
          await store[Symbol.asyncDispose]();
        }),
        { numRuns: 30 },
      );
    });

    async function step(repository: AnalysisRepository, id: string, to: string): Promise<unknown> {
      const record = await repository.find(id);
      if (!record) return repository.create(pending(id));
      if (to === "again") return repository.replaceResult(record, scored(Number(id.slice(1)) * 20));
      if (to === "twice") return repository.create(record);
      if (to === "COMPLETED") return repository.transition(record, { set: scored(Number(id.slice(1)) * 10) });
      return repository.transition(record, { set: { status: to as "FAILED" } });
    }
  });
}
