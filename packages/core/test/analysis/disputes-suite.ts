import {
  type Analysis,
  AnalysisRepository,
  type ArtGuard,
  createArtGuard,
  defineAnalysisTable,
  isArtGuardError,
  MemoryObjectStore,
  openPrivacy,
  userIdOf,
} from "@artguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { noon, pending, scored } from "../fixtures/analysis-records.ts";
import { type MakeTableStore, opened } from "../fixtures/table-stores.ts";

const refused = (code: string) => expect.objectContaining({ code });
const reason = "It hung in my kitchen.";

/** The same expectations of disputes and reviews on every table store. */
export function disputesSuite(name: string, make: MakeTableStore): void {
  describe(`disputes and reviews on ${name}`, () => {
    async function setup() {
      const clock = { ms: noon };
      const tables = await opened(make, clock);
      const now = () => clock.ms;
      const repository = await AnalysisRepository.open(tables, { now });
      const objects = new MemoryObjectStore({ now });
      const privacy = await openPrivacy({ tables, objects, settleMs: 0, now });
      const artguard = await createArtGuard({ detectors: [], tables, objects, isolation: "none", now });
      onTestFinished(() => artguard[Symbol.asyncDispose]());
      const complete = async (id: string, owner = "u1") => {
        const record = pending(id, { user_id: owner });
        await repository.create(record);
        const processing = await repository.transition(record, { set: { status: "PROCESSING" } });
        return repository.transition(processing, { set: scored(80), remove: ["open_work"] });
      };
      return { clock, tables, repository, privacy, artguard, complete };
    }

    /** Ids in the queue of reviewers. */
    const queue = async (artguard: ArtGuard) => (await artguard.disputed()).items.map(({ request_id }) => request_id);

    const verdictOf = ({ status, verdict, forgery_score, version_number }: Analysis) => ({
      status,
      verdict,
      forgery_score,
      version_number,
    });

    it("stand beside the verdict, which stays", async () => {
      const { artguard, complete, clock } = await setup();
      const before = verdictOf(await complete("a"));
      const disputed = await artguard.dispute("a", { reason });
      const dispute = { reason, created_at: noon, status: "open", version_number: 1, disputed_by: "u1" };
      expect(disputed.dispute).toEqual(dispute);
      expect(await artguard.get("a")).toEqual(disputed);
      clock.ms += 1000;
      const note = "A later frame.";
      const reviewed = await artguard.review("a", { note, reviewerId: "rosa", verdict: "AUTHENTIC" });
      expect(await artguard.get("a")).toEqual(reviewed);
      expect(reviewed.dispute).toEqual({ ...dispute, status: "resolved", resolved_at: noon + 1000 });
      expect(reviewed.review).toEqual({
        note,
        created_at: noon + 1000,
        version_number: 1,
        reviewer_verdict: "AUTHENTIC",
        reviewer_id: "rosa",
      });
      expect(verdictOf(reviewed)).toEqual(before);
      expect((await artguard.counts()).by_verdict).toMatchObject({ LIKELY_FORGED: 1, AUTHENTIC: 0 });
    });

    it("are in the queue while they are open, the oldest dispute first", async () => {
      const { artguard, complete, clock } = await setup();
      for (const id of ["a", "b", "c"]) await complete(id);
      for (const id of ["c", "a", "b"]) {
        clock.ms += 1;
        await artguard.dispute(id, { reason });
      }
      expect(await queue(artguard)).toEqual(["c", "a", "b"]);
      const { items, cursor } = await artguard.disputed({ limit: 2 });
      expect(items.map(({ dispute }) => dispute?.reason)).toEqual([reason, reason]);
      expect((await artguard.disputed({ limit: 2, cursor })).items).toMatchObject([{ request_id: "b" }]);
      await artguard.review("a", { note: "Looked at.", reviewerId: "rosa", resolved: false });
      expect(await queue(artguard)).toEqual(["c", "a", "b"]);
      await artguard.review("a", { note: "Decided.", reviewerId: "rosa" });
      await artguard.deleteAnalysis("c");
      expect(await queue(artguard)).toEqual(["b"]);
      expect((await artguard.get("a")).dispute_history).toMatchObject([{ review: { note: "Looked at." } }]);
    });

    it("keep what was said before, oldest first, and end when there is no more room", async () => {
      const { artguard, complete } = await setup();
      await complete("a");
      for (let i = 0; i < 5; i++) {
        await artguard.dispute("a", { reason: `no ${i}` });
        await artguard.review("a", { note: `yes ${i}`, reviewerId: "rosa" });
      }
      const { dispute, review, dispute_history = [] } = await artguard.get("a");
      expect([dispute?.reason, review?.note]).toEqual(["no 4", "yes 4"]);
      expect(dispute_history.map((each) => ("dispute" in each ? each.dispute.reason : each.review.note))).toEqual([
        ...["no 0", "yes 0", "no 1", "yes 1", "no 2", "yes 2", "no 3", "yes 3"],
      ]);
      await expect(artguard.dispute("a", { reason })).rejects.toEqual(refused("analysis.dispute-limit"));
    });

    it("always leave room for the word that ends a dispute", async () => {
      const { artguard, complete } = await setup();
      await complete("a");
      await artguard.dispute("a", { reason });
      const remark = () => artguard.review("a", { note: "still looking", reviewerId: "rosa", resolved: false });
      for (let i = 0; i < 9; i++) await remark();
      await expect(remark()).rejects.toEqual(refused("analysis.dispute-limit"));
      await artguard.review("a", { note: "done", reviewerId: "rosa" });
      expect((await artguard.get("a")).dispute?.status).toBe("resolved");
    });

    it("fit beside the largest result that is stored", async () => {
      const { artguard, repository } = await setup();
      await repository.create(pending("a"));
      const processing = await repository.transition(pending("a"), { set: { status: "PROCESSING" } });
      const large = { ...scored(80), ai_analysis: "x".repeat(319 * 1024) };
      await repository.transition(processing, { set: large, remove: ["open_work"] });
      const words = "€".repeat(2000);
      for (let i = 0; i < 5; i++) {
        await artguard.dispute("a", { reason: words });
        await artguard.review("a", { note: words, reviewerId: "r".repeat(128) });
      }
      const { ai_analysis, dispute_history } = await artguard.get("a");
      expect([ai_analysis?.length, dispute_history?.length]).toEqual([319 * 1024, 8]);
    });

    it("are refused where there is nothing to dispute or to review", async () => {
      const { artguard, complete, repository } = await setup();
      const review = { note: "x", reviewerId: "rosa" };
      await repository.create(pending("waiting"));
      await complete("a");
      await expect(artguard.dispute("nothing", { reason })).rejects.toEqual(refused("analysis.not-found"));
      await expect(artguard.dispute("waiting", { reason })).rejects.toEqual(refused("analysis.not-completed"));
      await expect(artguard.review("a", review)).rejects.toEqual(refused("analysis.not-disputed"));
      await artguard.dispute("a", { reason });
      await expect(artguard.dispute("a", { reason })).rejects.toEqual(refused("analysis.already-disputed"));
      await artguard.review("a", review);
      await expect(artguard.review("a", review)).rejects.toEqual(refused("analysis.not-disputed"));
    });

    it("are one line of visible characters, whatever was typed", async () => {
      const { artguard, complete } = await setup();
      await complete("a");
      const typed = "\u001b[2J<b onclick=x>it\r\n\u202eis \u0000\ud800real\u2028</b>";
      const { dispute } = await artguard.dispute("a", { reason: typed });
      expect(dispute?.reason).toBe("[2J<b onclick=x>it is real </b>");
      for (const reason of ["", " \n\u0000\u200b ", "x".repeat(2001)])
        await expect(artguard.dispute("a", { reason })).rejects.toEqual(refused("analysis.invalid-input"));
      await expect(artguard.review("a", { note: "\t", reviewerId: "rosa" })).rejects.toEqual(
        refused("analysis.invalid-input"),
      );
      await expect(artguard.review("a", { note: "x", reviewerId: "ro sa" })).rejects.toEqual(
        refused("user.invalid-input"),
      );
      await artguard.review("a", { note: "€".repeat(2000), reviewerId: "rosa" });
    });

    it("of several people at once are one: the others are told", async () => {
      const { artguard, complete } = await setup();
      await complete("a");
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => artguard.dispute("a", { reason: `of ${n}`, userId: `u${n}` })),
      );
      const lost = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      expect(lost).toHaveLength(7);
      for (const error of lost)
        expect(
          isArtGuardError(error, "analysis.lease-lost") || isArtGuardError(error, "analysis.already-disputed"),
        ).toBe(true);
      expect(await artguard.get("a")).toMatchObject({ dispute_revision: 1, dispute: { status: "open" } });
    });

    it("are lost with a result that came in between, and stay with the one they are about", async () => {
      const { artguard, complete, repository } = await setup();
      const record = await complete("a");
      const stale = { ...record };
      await artguard.dispute("a", { reason, userId: "guest" });
      // A reanalysis read the record before it was disputed.
      await repository.replaceResult(stale, { ...stale, ...scored(10), analyzed_at: record.created_at });
      const [first, second] = await artguard.versions("a");
      expect(first).toMatchObject({ verdict: "LIKELY_FORGED", dispute: { reason, version_number: 1 } });
      expect(second).toMatchObject({ verdict: "AUTHENTIC", version_number: 2, dispute: { version_number: 1 } });
      expect(await queue(artguard)).toEqual(["a"]);
      const { review } = await artguard.review("a", { note: "so it is", reviewerId: "rosa" });
      expect(review?.version_number).toBe(1);
      await artguard.dispute("a", { reason: "and this one" });
      expect((await artguard.versions("a")).map(({ dispute }) => dispute?.reason)).toEqual([reason, "and this one"]);
      const late = repository.addStatement(stale, {
        set: {},
        remove: [],
        author: undefined,
        created_at: stale.created_at,
      });
      await expect(late).rejects.toEqual(refused("analysis.lease-lost"));
    });

    it("no longer name a person who was erased, and go with their analysis", async () => {
      const { artguard, complete, privacy, tables } = await setup();
      for (const [id, owner] of [
        ["a", "u1"],
        ["b", "u2"],
        ["own", "rosa"],
      ] as const)
        await complete(id, owner);
      await artguard.dispute("a", { reason, userId: "rosa" });
      await artguard.review("a", { note: "mine", reviewerId: "remo" });
      await artguard.dispute("a", { reason: "again", userId: "guest" });
      await artguard.review("a", { note: "no", reviewerId: "rosa" });
      await artguard.dispute("b", { reason });
      await artguard.review("b", { note: "also no", reviewerId: "rosa" });
      expect((await exportedStatements(privacy, "rosa")).map((each) => each["request_id"])).toEqual(["a", "b", "a"]);
      expect((await privacy.eraseUser(userIdOf("rosa"))).erased).toMatchObject({ analyses: 1, statements: 3 });
      const record = await artguard.get("a");
      expect(JSON.stringify([record, await artguard.get("b")])).not.toContain("rosa");
      expect(record.dispute_history).toMatchObject([
        { dispute: { reason } },
        { review: { note: "mine", reviewer_id: "remo" } },
      ]);
      expect(record).toMatchObject({ dispute: { disputed_by: "guest" }, review: { note: "no" } });
      const items = await tables.open(defineAnalysisTable());
      expect((await items.query({ index: "dispute-index", partition: "BY#rosa" })).items).toEqual([]);
      expect((await items.query({ index: "dispute-index", partition: "BY#guest" })).items).toHaveLength(1);
      await privacy.eraseUser(userIdOf("u1"));
      expect((await items.query({ index: "dispute-index", partition: "BY#guest" })).items).toEqual([]);
      expect((await items.query({ partition: "STATEMENT#a" })).items).toEqual([]);
    });

    it("leave no trace where the analysis is deleted in the same moment", async () => {
      const { artguard, complete, repository, tables } = await setup();
      const read = await complete("a");
      await artguard.dispute("a", { reason, userId: "guest" });
      // Who deletes had read the record before it was disputed, and found no markers.
      await expect(repository.delete(read)).rejects.toEqual(refused("analysis.lease-lost"));
      await artguard.deleteAnalysis("a");
      const items = await tables.open(defineAnalysisTable());
      expect((await items.query({ index: "dispute-index", partition: "BY#guest" })).items).toEqual([]);
      expect((await items.query({ index: "dispute-index", partition: "OPEN" })).items).toEqual([]);
    });

    it("still lead to who said them when the deletion of the analysis fails", async () => {
      const { artguard, complete, repository, privacy } = await setup();
      const stale = await complete("a");
      await artguard.dispute("a", { reason });
      await artguard.review("a", { note: "Seen.", reviewerId: "rosa" });
      await expect(repository.delete(stale)).rejects.toEqual(refused("analysis.lease-lost"));
      expect((await privacy.eraseUser(userIdOf("rosa"))).erased).toMatchObject({ statements: 1 });
      expect((await artguard.get("a")).review).toEqual(expect.not.objectContaining({ reviewer_id: "rosa" }));
      await artguard.deleteAnalysis("a");
    });

    it("are refused to who is being erased, and about whose analyses are", async () => {
      const { artguard, complete, privacy } = await setup();
      for (const id of ["a", "b"]) await complete(id);
      await artguard.dispute("a", { reason });
      await privacy.eraseUser(userIdOf("rosa"));
      const erased = refused("user.being-erased");
      await expect(artguard.review("a", { note: "x", reviewerId: "rosa" })).rejects.toEqual(erased);
      await expect(artguard.dispute("b", { reason, userId: "rosa" })).rejects.toEqual(erased);
    });
  });
}

async function exportedStatements(
  privacy: Awaited<ReturnType<typeof openPrivacy>>,
  userId: string,
): Promise<Record<string, unknown>[]> {
  for await (const { path, bytes } of privacy.exportUser(userIdOf(userId)))
    if (path === "statements.json") return JSON.parse(new TextDecoder().decode(bytes));
  return [];
}
