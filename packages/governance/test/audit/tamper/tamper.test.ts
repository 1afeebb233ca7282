import { MemoryObjectStore, MemoryTableStore } from "@artguard/core";
import { type AuditFinding, verifyAudit, verifyInclusion } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { auditCategoryNames } from "../../../src/audit/audit-category.ts";
import { openCheckpoint, splitCheckpoints } from "../../../src/audit/checkpoint.ts";
import { chainAfter, readState } from "../../../src/audit/log-state.ts";
import { type LogChecks, verifyLog } from "../../../src/audit/verify-log.ts";
import { contextOf, eventOf, keys, openLog, randomFrom, testClock } from "../fixtures.ts";
import { attacks } from "./attacks.ts";
import { type HonestLog, insider, log, openTables, rebuilt, type StoredLog, storeOf, writeLog } from "./stored-log.ts";

const kinds = Object.keys(attacks);
const [logs, entriesPerLog, attacksPerLog] = [100, 200, 20];

/** Attacks a copy of the log; what is stored must differ afterwards, or nothing was attacked. */
function attack(honest: HonestLog, kind: string, random: () => number): StoredLog {
  const stored = attacks[kind]!(honest, random);
  expect(JSON.stringify(stored) === JSON.stringify(honest.stored), `${kind} changed nothing`).toBe(false);
  return stored;
}

async function findingsIn(stored: StoredLog, checkpoint: string): Promise<readonly AuditFinding[]> {
  const tables = await storeOf(stored);
  return (await verifyAudit({ tables, verifierKey: keys.verifierKey, checkpoint, categories: ["security"] })).findings;
}

describe("an audit log under attack", () => {
  it("shows 2,000 of 2,000 attacks on 20,000 entries, with only the last checkpoint held outside", async () => {
    const random = randomFrom(17);
    const undetected: string[] = [];
    const tried = new Map<string, number>();
    for (let number = 0; number < logs; number++) {
      const honest = await writeLog(entriesPerLog, random);
      expect(await findingsIn(honest.stored, honest.checkpoint)).toEqual([]);
      for (let round = 0; round < attacksPerLog; round++) {
        const kind = kinds[(number * attacksPerLog + round) % kinds.length]!;
        const findings = await findingsIn(attack(honest, kind, random), honest.checkpoint);
        if (findings.length === 0) undetected.push(kind);
        tried.set(kind, (tried.get(kind) ?? 0) + 1);
      }
    }
    expect(undetected).toEqual([]);
    expect([...tried.values()].reduce((sum, count) => sum + count)).toBe(2000);
    expect(Math.min(...tried.values())).toBeGreaterThanOrEqual(80);
  });

  it("of 20,000 entries in one piece shows every kind of attack, and proves an entry with at most 20 hashes", async () => {
    const random = randomFrom(18);
    const honest = await writeLog(20_000, random);
    expect(await findingsIn(honest.stored, honest.checkpoint)).toEqual([]);
    for (const kind of [
      "a line is flipped, all recomputed",
      "an entry is deleted",
      "the log is forked by an insider",
    ]) {
      expect((await findingsIn(attack(honest, kind, random), honest.checkpoint)).length, kind).toBeGreaterThan(0);
    }
    const { log: opened } = await openLog({ tables: await storeOf(honest.stored) });
    const claim = await opened.proveInclusion("security", 12_345);
    expect(claim.proof.length).toBeLessThanOrEqual(20);
    expect(verifyInclusion(claim, claim.proof)).toBe(true);
  });

  it("says where: the very entry, or the stretch between two signed checkpoints", async () => {
    const random = randomFrom(19);
    const honest = await writeLog(2500, random);
    const { entries } = honest.stored;
    const line = entries[1234]!.line.replace("SUCCESS", "REFUSED");
    const flip = { ...honest.stored, entries: entries.with(1234, { ...entries[1234]!, line }) };
    const [first] = await findingsIn(flip, honest.checkpoint);
    expect(first).toMatchObject({ kind: "broken_chain", index: 1234 });
    const kept = entries.map(({ checkpoint }) => checkpoint);
    const marks = kept.flatMap((checkpoint, index) => (checkpoint === undefined ? [] : [index]));
    expect(marks).toHaveLength(2);
    const lines = entries.map((entry) => entry.line).with(1234, line);
    const forged = rebuilt(lines, insider);
    const rewritten = forged.entries.map((entry, index) => {
      const checkpoint = kept[index];
      return checkpoint === undefined ? entry : { ...entry, checkpoint };
    });
    const found = await findingsIn({ entries: rewritten, states: [forged.head] }, honest.checkpoint);
    expect(found).toMatchObject([
      { kind: "rewritten", index: marks[1] },
      { kind: "forked", index: 2499 },
    ]);
  });

  it("whose clock was set back tells which entries are backdated, without taking it for tampering", async () => {
    const clock = testClock();
    const { log: writer } = await openLog({}, clock);
    await writer.logSecurityEvent(contextOf(), eventOf(0));
    const checkpoint = await writer.checkpoint();
    clock.advance(-30_000);
    await writer.logSecurityEvent(contextOf(), eventOf(1));
    clock.advance(-3_600_000);
    await writer.logSecurityEvent(contextOf(), eventOf(2));
    const report = await writer.verify({ checkpoint });
    expect(report.ok).toBe(true);
    expect(report.logs.security?.backdated).toEqual([2]);
  });
});

describe("200 honest logs", () => {
  it("raise no alarm, whatever was done with them", async () => {
    const random = randomFrom(20);
    const dayMs = 86_400_000;
    let [written, pruned, exported] = [0, 0, 0];
    for (let number = 0; number < 200; number++) {
      const clock = testClock();
      const [tables, objects] = [new MemoryTableStore({ now: clock.now }), new MemoryObjectStore()];
      const writers = [
        (await openLog({ tables, objects }, clock)).log,
        (await openLog({ tables, objects }, clock)).log,
      ];
      const checkpoints: string[] = [];
      for (let step = Math.floor(random() * 12); step > 0; step--) {
        const batch = Array.from({ length: Math.floor(random() * 20) }, (_, offset) => {
          const writer = writers[Math.floor(random() * 2)]!;
          const append = [writer.logSecurityEvent, writer.logQueryExecution, writer.logSystemEvent];
          return append[Math.floor(random() * 3)]!.call(writer, contextOf(`user-${offset}`), eventOf(offset));
        });
        await Promise.all(batch);
        written += batch.length;
        clock.advance(Math.floor(random() * 60 * dayMs));
        if (random() < 0.2) exported += (await writers[0]!.exportLines()).security.objects.length;
        if (random() < 0.2) pruned += (await writers[1]!.sweep()).application.entries;
        if (random() < 0.1) await writers[0]!.forgetSubject("user-1");
        if (random() < 0.5) checkpoints.push(await writers[0]!.checkpoint());
        clock.advance(Math.floor(-random() * 30_000));
      }
      checkpoints.push(await writers[0]!.checkpoint());
      const checkpoint = checkpoints.at(-1 - Math.floor(random() * Math.min(2, checkpoints.length)))!;
      const report = await writers[1]!.verify(checkpoint === "" ? {} : { checkpoint });
      const alarms = report.findings.filter(({ kind }) => kind !== "checkpoint_too_old");
      expect(alarms, `log ${number}`).toEqual([]);
      for (const category of auditCategoryNames) expect(report.logs[category]?.backdated).toEqual([]);
    }
    expect(Math.min(written / 1000, pruned, exported)).toBeGreaterThanOrEqual(5);
  });
});

describe("a verifier without one of its checks", () => {
  const whole: LogChecks = {
    isChained: (before, leaf, stored) => chainAfter(before, leaf).toString("base64") === stored,
    isRoot: (edge, signed) => edge.root().equals(signed.root),
    readState,
  };

  async function missedBy(checks: LogChecks): Promise<string[]> {
    const random = randomFrom(21);
    const honest = await writeLog(100, random);
    const note = splitCheckpoints(honest.checkpoint).get(log.origin)!;
    const verifiers = [insider.verifier];
    const checkpoint = openCheckpoint(note, log.origin, verifiers);
    const missed: string[] = [];
    for (const kind of kinds) {
      const tables = await openTables(await storeOf(attack(honest, kind, random)));
      const trust = { verifiers, retired: [], checkpoint, clockToleranceMs: 60_000, now: Date.now() };
      if ((await verifyLog(tables, log, trust, checks)).findings.length === 0) missed.push(kind);
    }
    return missed;
  }

  it("misses attacks that the whole one finds", async () => {
    expect(await missedBy(whole)).toEqual([]);
    expect(await missedBy({ ...whole, isChained: () => true })).toContain("a stored chain is flipped");
    expect(await missedBy({ ...whole, isRoot: () => true })).toContain("the log is forked by an insider");
    const believing: LogChecks["readState"] = (...state) => ({ state: readState(...state).state });
    expect(await missedBy({ ...whole, readState: believing })).toContain("lines are appended, signed with an old key");
  });
});
