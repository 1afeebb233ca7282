import { MemoryObjectStore, type ObjectStore, type TableStore } from "@artguard/core";
import {
  type AuditLogOptions,
  defineAuditTables,
  logEntrySchema,
  newAuditKeyPair,
  openAuditLog,
  rotateAuditKey,
  verifyAudit,
  verifyConsistency,
  verifyInclusion,
} from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { contextOf, eventOf, keys, noon, openLog, secret, testClock } from "./fixtures.ts";

const dayMs = 86_400_000;
const definitions = defineAuditTables();
const tampered = expect.objectContaining({ code: "audit.tampered" });

async function keysIn(objects: ObjectStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of objects.list(prefix)) found.push(key);
  return found;
}

/** What the audit log promises on every table store. @param create A new, empty store with a clock. */
export function auditLogContract(name: string, create: (now: () => number) => Promise<TableStore>): void {
  describe(`AuditLog on ${name}`, () => {
    const open = async (options: Partial<AuditLogOptions> = {}) => {
      const clock = testClock();
      const tables = await create(clock.now);
      onTestFinished(() => tables[Symbol.asyncDispose]());
      return openLog({ ...options, tables }, clock);
    };
    const itemsOf = async (tables: TableStore, category = "security") => {
      const table = await tables.open(definitions.entries);
      return (await table.query({ partition: category, consistent: true, limit: 1000 })).items;
    };

    it("keeps the five kinds of events in their categories, each as one line of JSON", async () => {
      const { log, tables } = await open();
      const context = contextOf();
      await log.logSecurityEvent(context, eventOf(1));
      await log.logDataAccess(context, eventOf(2));
      await log.logCustodianApproval(context, eventOf(3));
      await log.logQueryExecution(context, eventOf(4));
      await log.logSystemEvent(context, eventOf(5));
      const numbers = async (category: string) =>
        (await itemsOf(tables, category)).map(({ line }) => logEntrySchema.parse(JSON.parse(line)).operation["number"]);
      expect(await numbers("security")).toEqual([1, 2, 3]);
      expect(await numbers("queries")).toEqual([4]);
      expect(await numbers("application")).toEqual([5]);
      for (const { line } of await itemsOf(tables)) expect(line).not.toMatch(/[\r\n]/);
    });

    it("is one chain when several processes append at once, and has every acknowledged entry", async () => {
      const { log, tables, clock } = await open();
      const logs = [log, (await openLog({ tables }, clock)).log, (await openLog({ tables }, clock)).log];
      const appended = Array.from({ length: 150 }, (_, number) =>
        logs[number % 3]!.logSecurityEvent(contextOf(`user-${number % 3}`), eventOf(number)),
      );
      await Promise.all(appended);
      const found = (await itemsOf(tables)).map(({ line }) => JSON.parse(line).operation.number as number);
      expect(found.toSorted((a, b) => a - b)).toEqual(appended.map((_, number) => number));
      const report = await log.verify({ checkpoint: await log.checkpoint() });
      expect(report.findings).toEqual([]);
      expect(report.logs.security).toMatchObject({ first: 0, size: 150, compared: true });
    });

    it("finds a changed entry, and says where", async () => {
      const { log, tables } = await open();
      for (let number = 0; number < 5; number++) await log.logSecurityEvent(contextOf(), eventOf(number));
      const table = await tables.open(definitions.entries);
      const item = (await itemsOf(tables))[3]!;
      await table.put({ ...item, line: item.line.replace('"number":3', '"number":4') });
      const report = await log.verify();
      expect(report.ok).toBe(false);
      expect(report.findings[0]).toMatchObject({ category: "security", kind: "broken_chain", index: 3 });
      await table.put({ ...item, line: "{}" });
      await expect(log.query({ category: "security" })).rejects.toThrow(tampered);
    });

    it("does not continue a log that was set back, or that has entries nobody signed", async () => {
      const { log, tables, clock } = await open();
      const [entries, state] = [await tables.open(definitions.entries), await tables.open(definitions.state)];
      await log.logSecurityEvent(contextOf(), eventOf(0));
      const early = (await state.get({ name: "security#head" }, { consistent: true }))!;
      await log.logSecurityEvent(contextOf(), eventOf(1));
      const late = (await state.get({ name: "security#head" }, { consistent: true }))!;
      const last = (await itemsOf(tables))[1]!;
      await state.put(early);
      await expect((await openLog({ tables }, clock)).log.logSecurityEvent(contextOf(), eventOf(2))).rejects.toThrow(
        tampered,
      );
      await entries.delete({ log: "security", index: 1 });
      await expect(log.logSecurityEvent(contextOf(), eventOf(2))).rejects.toThrow(tampered);
      await state.put({ ...late, size: 3 });
      await expect(log.logSecurityEvent(contextOf(), eventOf(2))).rejects.toThrow(tampered);
      await state.put(late);
      await entries.put(last);
      await log.logSecurityEvent(contextOf(), eventOf(2));
      expect((await log.verify()).ok).toBe(true);
    });

    it("lists entries by user, action, date and effect, page by page", async () => {
      const { log, clock } = await open();
      for (let number = 0; number < 12; number++) {
        const outcome = number % 3 === 0 ? "refused" : "success";
        const type = number % 2 === 0 ? "access.refused" : "analysis.read";
        await log.logSecurityEvent(contextOf(`user-${number % 2}`), eventOf(number, { type, outcome }));
        clock.advance(1000);
      }
      const numbersOf = async (query: Parameters<typeof log.query>[0]) =>
        (await log.query(query)).items.map(({ entry }) => entry.operation["number"]);
      expect(await numbersOf({ user: "user-0" })).toEqual([10, 8, 6, 4, 2, 0]);
      expect(await numbersOf({ user: "nobody" })).toEqual([]);
      expect(await numbersOf({ action: "analysis.read", order: "oldest_first" })).toEqual([1, 3, 5, 7, 9, 11]);
      expect(await numbersOf({ category: "security", effect: "refused" })).toEqual([9, 6, 3, 0]);
      expect(await numbersOf({ category: "queries" })).toEqual([]);
      expect(await numbersOf({ category: "security", from: noon + 2000, to: noon + 4000 })).toEqual([4, 3, 2]);
      expect(await numbersOf({ user: "user-0", action: "ACCESS_REFUSED", effect: "refused" })).toEqual([6, 0]);
      const first = await log.query({ user: "user-1", limit: 4 });
      const second = await log.query({ user: "user-1", limit: 4, cursor: first.cursor! });
      expect([...first.items, ...second.items].map(({ index }) => index)).toEqual([11, 9, 7, 5, 3, 1]);
      expect(second.cursor).toBeUndefined();
      const mixed = log.query({ user: "user-1", effect: "refused", limit: 4, cursor: first.cursor! });
      await expect(mixed).rejects.toMatchObject({ code: "storage.invalid-cursor" });
      await expect(log.query({})).rejects.toMatchObject({ code: "audit.invalid-query" });
    });

    it("shows people their own history and nobody else's", async () => {
      const { log } = await open();
      await log.logDataAccess(contextOf("ada"), eventOf(1));
      await log.logDataAccess(contextOf("bob"), eventOf(2));
      await log.logQueryExecution(contextOf("ada"), eventOf(3));
      const history = await log.myHistory(contextOf("ada"));
      expect(history.items.map(({ entry }) => entry.operation["number"]).toSorted()).toEqual([1, 3]);
      expect((await log.myHistory(contextOf("eve"))).items).toEqual([]);
      const anonymous = contextOf("x", { principal: { kind: "anonymous", id: "anonymous" } });
      expect((await log.myHistory(anonymous)).items).toEqual([]);
    });

    it("shows people what they were refused, and not whether it was there; who investigates sees it", async () => {
      const { log } = await open();
      const refused = { type: "access.refused", outcome: "refused" } as const;
      for (const [id, more] of Object.entries({ a1: { decided_by: "rule:restricted" }, "-": {} })) {
        const details = { permission: "analysis.read", policy_version: 1, reason: "analysis.not-found", ...more };
        await log.logSecurityEvent(contextOf("ada"), {
          ...eventOf(),
          ...{ ...refused, details, resource: { kind: "analysis", id } },
        });
      }
      const [one, two] = (await log.myHistory(contextOf("ada"))).items.map(({ entry }) => entry);
      expect(one).toEqual(two);
      expect(one).toMatchObject({ operation: { type: "ANALYSIS_GET" }, result: { reason: "analysis.not-found" } });
      const all = (await log.query({ user: "ada" })).items.map(({ entry }) => entry.operation["analysis_id"]);
      expect(all.toSorted()).toEqual(["-", "a1"]);
    });

    it("lists what services did by their names, and shows it to no user who has the same", async () => {
      const { log } = await open();
      const worker = contextOf("x", { principal: { kind: "service", id: "worker-1" } });
      await log.logSystemEvent(worker, eventOf(1));
      await log.logSystemEvent(contextOf("ada"), eventOf(2));
      const numbersOf = async (user: string) =>
        (await log.query({ user })).items.map(({ entry }) => entry.operation["number"]);
      expect(await numbersOf("worker-1")).toEqual([1]);
      const [entry] = (await log.query({ user: "ada" })).items;
      expect(await numbersOf(entry!.entry.user.id)).toEqual([2]);
      for (const name of ["worker-1", entry!.entry.user.id]) {
        expect((await log.myHistory(contextOf(name))).items, name).toEqual([]);
      }
    });

    it("lets nobody act under the pseudonym that somebody else's item was given", async () => {
      const { log, tables, clock } = await open();
      for (const name of ["ada", "bob"]) await log.logSecurityEvent(contextOf(name), eventOf());
      const [ada, bob] = (await itemsOf(tables)).map(({ subject }) => subject);
      const subjects = await tables.open(definitions.subjects);
      const { items } = await subjects.query({ index: "pseudonym-index", partition: ada! });
      await subjects.put({ ...items[0]!, pseudonym: bob! });
      const restarted = (await openLog({ tables }, clock)).log;
      const framed = restarted.logSecurityEvent(contextOf("ada"), eventOf());
      await expect(framed).rejects.toMatchObject({ code: "audit.tampered" });
      expect(await restarted.forgetSubject("ada")).toBe(true);
      await restarted.logSecurityEvent(contextOf("ada"), eventOf());
      expect((await itemsOf(tables)).filter(({ subject }) => subject === bob)).toHaveLength(1);
    });

    it("forgets a person: the pseudonym leads to nobody, the log verifies, a new start has a new pseudonym", async () => {
      const { log, tables, clock } = await open();
      await log.logSecurityEvent(contextOf("ada"), eventOf(1));
      await log.logSecurityEvent(contextOf("bob"), eventOf(2, { resource: { kind: "user", id: "ada" } }));
      const [first, second] = (await itemsOf(tables)).map(({ line }) => logEntrySchema.parse(JSON.parse(line)));
      const pseudonym = first!.user.id;
      expect(second!.operation["user_id"]).toBe(pseudonym);
      expect(await log.resolveSubject(pseudonym)).toBe("ada");
      const identities = await tables.open(definitions.identities);
      const backup = (await identities.get({ pseudonym }, { consistent: true }))!;

      expect(await log.forgetSubject("ada")).toBe(true);
      expect(await log.forgetSubject("ada")).toBe(false);
      expect(await log.resolveSubject(pseudonym)).toBeUndefined();
      expect((await log.query({ user: "ada" })).items).toEqual([]);
      await identities.put(backup);
      expect(await log.resolveSubject(pseudonym)).toBeUndefined();
      expect((await log.verify({ checkpoint: await log.checkpoint() })).ok).toBe(true);

      await (await openLog({ tables }, clock)).log.logSecurityEvent(contextOf("ada"), eventOf(3));
      const third = logEntrySchema.parse(JSON.parse((await itemsOf(tables))[2]!.line));
      expect(third.user.id).not.toBe(pseudonym);
      expect(await log.resolveSubject(third.user.id)).toBe("ada");
      expect(await log.resolveSubject(logEntrySchema.parse(second).user.id)).toBe("bob");
    });

    it("gives concurrent first sights of a person one pseudonym", async () => {
      const { log, tables, clock } = await open();
      const logs = [log, (await openLog({ tables }, clock)).log, (await openLog({ tables }, clock)).log];
      await Promise.all(logs.map((each) => each.logSecurityEvent(contextOf("ada"), eventOf())));
      const pseudonyms = new Set((await itemsOf(tables)).map(({ subject }) => subject));
      expect(pseudonyms.size).toBe(1);
      expect(await log.resolveSubject([...pseudonyms][0]!)).toBe("ada");
    });

    it("exports lines by category and hour, again and from two places with the same result", async () => {
      const objects = new MemoryObjectStore();
      const { log, tables, clock } = await open({ objects });
      for (let number = 0; number < 6; number++) {
        await log.logSecurityEvent(contextOf(), eventOf(number));
        clock.advance(1_200_000);
      }
      await log.logQueryExecution(contextOf(), eventOf(6));
      const other = (await openLog({ tables, objects }, clock)).log;
      await Promise.all([log.exportLines(), other.exportLines()]);
      const keysOf = () => keysIn(objects, "raw-json/");
      const digits = (index: number) => String(index).padStart(16, "0");
      const folder = "raw-json/security/2026/11/15";
      const first = [
        "raw-json/queries/2026/11/15/14/0000000000000000-0000000000000000.jsonl",
        `${folder}/12/${digits(0)}-${digits(2)}.jsonl`,
        `${folder}/13/${digits(3)}-${digits(5)}.jsonl`,
      ];
      expect(await keysOf()).toEqual(first);
      expect((await log.exportLines()).security).toEqual({ entries: 0, objects: [] });
      await log.logSecurityEvent(contextOf(), eventOf(7));
      expect((await log.exportLines()).security.objects).toEqual([`${folder}/14/${digits(6)}-${digits(6)}.jsonl`]);
      const texts = await Promise.all(
        (await keysOf()).slice(1).map(async (key) => String(Buffer.from(await objects.get(key)))),
      );
      expect(texts.join("").split("\n").slice(0, -1)).toEqual((await itemsOf(tables)).map(({ line }) => line));
      const note = String(Buffer.from(await objects.get(`checkpoints/security/${digits(6)}.txt`)));
      expect((await log.verify({ checkpoint: note })).logs.security).toMatchObject({ compared: true, findings: [] });
    });

    it("finishes an export that died, without a line twice", async () => {
      const objects = new MemoryObjectStore();
      const { log, tables, clock } = await open({ objects });
      await log.logSecurityEvent(contextOf(), eventOf(0));
      const broken = Object.assign(Object.create(objects), {
        put: async () => {
          throw new Error("the process died");
        },
      });
      await expect((await openLog({ tables, objects: broken }, clock)).log.exportLines()).rejects.toThrow("died");
      await log.logSecurityEvent(contextOf(), eventOf(1));
      expect((await log.exportLines()).security.entries).toBe(1);
      expect((await log.exportLines()).security.entries).toBe(1);
      expect(await keysIn(objects, "raw-json/security/")).toHaveLength(2);
    });

    it("deletes what has expired, category by category, and what remains verifies and is provable", async () => {
      const objects = new MemoryObjectStore();
      const { log, tables, clock } = await open({ objects });
      for (let number = 0; number < 7; number++) {
        await log.logSystemEvent(contextOf(), eventOf(number));
        await log.logSecurityEvent(contextOf(), eventOf(number));
        clock.advance(30 * dayMs);
      }
      await log.exportLines();
      const before = await log.checkpoint();
      clock.advance(280 * dayMs);
      // By then entries 0 to 4 of the application log are older than a year, and 5 and 6 are not.
      expect((await log.query({ category: "application" })).items).toHaveLength(2);
      const swept = await log.sweep();
      expect(swept.application).toEqual({ entries: 5, objects: 5 });
      expect(swept.security).toEqual({ entries: 0, objects: 0 });
      expect(await itemsOf(tables, "application")).toHaveLength(2);
      await log.logSystemEvent(contextOf(), eventOf(7));
      const report = await log.verify({ checkpoint: before });
      expect(report.findings).toEqual([]);
      expect(report.logs.application).toMatchObject({ first: 5, size: 8, compared: true });
      const claim = await log.proveInclusion("application", 6);
      expect(verifyInclusion(claim, claim.proof)).toBe(true);
      await expect(log.proveInclusion("application", 4)).rejects.toMatchObject({ code: "audit.not-provable" });
      expect((await log.sweep()).application).toEqual({ entries: 0, objects: 0 });
    });

    it("says that a checkpoint is too old when all it speaks of has expired", async () => {
      const { log, clock } = await open();
      await log.logSystemEvent(contextOf(), eventOf(0));
      const old = await log.checkpoint();
      for (let number = 1; number < 3; number++) await log.logSystemEvent(contextOf(), eventOf(number));
      clock.advance(400 * dayMs);
      await log.sweep();
      const { findings } = await log.verify({ checkpoint: old });
      expect(findings).toMatchObject([{ category: "application", kind: "checkpoint_too_old" }]);
    });

    it("does not delete what may be evidence of tampering, and finishes a sweep that died", async () => {
      const { log, tables, clock } = await open();
      for (let number = 0; number < 3; number++) await log.logSystemEvent(contextOf(), eventOf(number));
      clock.advance(400 * dayMs);
      const table = await tables.open(definitions.entries);
      const first = (await itemsOf(tables, "application"))[0]!;
      await table.put({ ...first, status: "FAILED" });
      await expect(log.sweep()).rejects.toThrow(tampered);
      expect(await itemsOf(tables, "application")).toHaveLength(3);
      await table.put(first);
      await log.sweep();
      await table.put(first);
      expect((await log.verify()).ok).toBe(true);
      expect((await log.sweep()).application.entries).toBe(1);
      expect(await itemsOf(tables, "application")).toEqual([]);
    });

    it("proves entries and growth against checkpoints of any size", async () => {
      const { log } = await open();
      for (let number = 0; number < 21; number++) await log.logSecurityEvent(contextOf(), eventOf(number));
      for (const [index, size] of [
        [0, 1],
        [4, 13],
        [12, 13],
        [20, 21],
        [7, 21],
      ] as const) {
        const claim = await log.proveInclusion("security", index, size);
        expect(JSON.parse(claim.line).operation.number).toBe(index);
        expect(verifyInclusion(claim, claim.proof)).toBe(true);
        expect(verifyInclusion({ ...claim, index: index === 0 ? 1 : index - 1 }, claim.proof)).toBe(false);
      }
      const oldRoot = (await log.proveConsistency("security", 0, 13)).root;
      const { proof, size, root } = await log.proveConsistency("security", 13);
      expect(verifyConsistency({ oldSize: 13, oldRoot, size, root }, proof)).toBe(true);
      expect(verifyConsistency({ oldSize: 12, oldRoot, size, root }, proof)).toBe(false);
      for (const index of [21, -1, 0.5]) {
        await expect(log.proveInclusion("security", index)).rejects.toMatchObject({ code: "audit.not-provable" });
      }
      await expect(log.proveConsistency("security", 22)).rejects.toMatchObject({ code: "audit.not-provable" });
    });

    it("goes on with a new key, after which the old one signs nothing any more", async () => {
      const { log, tables, clock } = await open();
      await log.logSecurityEvent(contextOf(), eventOf(0));
      const before = await log.checkpoint();
      const next = newAuditKeyPair("example.org/artguard-audit");
      await rotateAuditKey({ tables, verifierKey: keys.verifierKey, signingKey: next.signingKey });
      const later = await openAuditLog({
        ...{ tables, secret, now: clock.now },
        signingKey: next.signingKey,
        retiredKeys: [keys.verifierKey],
      });
      await later.logSecurityEvent(contextOf(), eventOf(1));
      expect((await later.verify({ checkpoint: before })).ok).toBe(true);
      await expect((await openLog({ tables }, clock)).log.logSecurityEvent(contextOf(), eventOf(2))).rejects.toThrow(
        tampered,
      );
      const withOldKey = await verifyAudit({ tables, verifierKey: keys.verifierKey });
      expect(withOldKey.findings[0]).toMatchObject({ kind: "untrusted_state" });
      const unknown = verifyAudit({ tables, verifierKey: next.verifierKey, checkpoint: before });
      await expect(unknown).rejects.toMatchObject({ code: "audit.invalid-checkpoint" });
    });
  });
}
