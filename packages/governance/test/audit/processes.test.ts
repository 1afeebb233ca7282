import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArtGuardError, type ErrorCode, MemoryTableStore, type TableStore, type TransactAction } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import { logEntrySchema } from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { contextOf, eventOf, keys, openLog, randomFrom } from "./fixtures.ts";
import { openTables } from "./tamper/stored-log.ts";

const program = fileURLToPath(new URL("appending-process.ts", import.meta.url));

/** A process that appends; killed at a moment of our choice. */
class Appender {
  readonly #process: ChildProcess;
  #output = "";

  constructor(path: string, writer: string) {
    const options = ["--conditions=artguard-source", "--no-warnings", program, path, keys.signingKey, writer];
    this.#process = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
    this.#process.stdout!.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
  }

  /** Numbers whose line was said completely. */
  get acknowledged(): number[] {
    return this.#output
      .split("\n")
      .slice(0, -1)
      .map((line) => Number(line.slice(4)));
  }

  async hasAcknowledged(count: number): Promise<void> {
    while (this.acknowledged.length < count && this.#process.exitCode === null) {
      await once(this.#process.stdout!, "data");
    }
  }

  /** Resolves to the signal that ended it. */
  async kill(): Promise<NodeJS.Signals | null> {
    const closed = once(this.#process, "close");
    this.#process.kill("SIGKILL");
    await closed;
    return this.#process.signalCode;
  }
}

describe("processes that append to one file and are killed", () => {
  it("lose no acknowledged entry and leave a log that verifies", async () => {
    const folder = mkdtempSync(join(tmpdir(), "artguard-audit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "audit.db");
    const random = randomFrom(9);
    const acknowledged: string[] = [];
    let kills = 0;
    let checkpoint: string | undefined;
    for (let round = 0; round < 4; round++) {
      const appenders = [0, 1].map((number) => new Appender(path, `writer-${round}-${number}`));
      await Promise.all(appenders.map((appender) => appender.hasAcknowledged(5 + Math.floor(random() * 40))));
      for (const signal of await Promise.all(appenders.map((appender) => appender.kill()))) {
        kills += signal === "SIGKILL" ? 1 : 0;
      }
      appenders.forEach((appender, number) => {
        acknowledged.push(...appender.acknowledged.map((entry) => `writer-${round}-${number} ${entry}`));
      });
      const { log, tables } = await openLog({ tables: await sqlite({ path }) });
      const report = await log.verify(checkpoint === undefined ? {} : { checkpoint });
      expect(report.findings).toEqual([]);
      expect(report.logs.security?.size).toBeGreaterThanOrEqual(acknowledged.length);
      checkpoint = await log.checkpoint();
      const stored = await writtenBy(tables);
      expect(acknowledged.filter((entry) => !stored.has(entry))).toEqual([]);
      await tables[Symbol.asyncDispose]();
    }
    expect(kills).toBe(8);
    expect(acknowledged.length).toBeGreaterThanOrEqual(8 * 5);
  });
});

/** `<writer> <number>` of every entry. */
async function writtenBy(tables: TableStore): Promise<Set<string>> {
  const { entries } = await openTables(tables);
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await entries.query({ partition: "security", limit: 1000, ...(cursor !== undefined && { cursor }) });
    for (const { line } of page.items) {
      const { user, operation } = logEntrySchema.parse(JSON.parse(line));
      found.add(`${user.id} ${operation["number"]}`);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** A store whose transactions fail in a way of our choice. */
function failing(
  store: TableStore,
  transact: (original: TableStore["transact"]) => TableStore["transact"],
): TableStore {
  return {
    open: (definition) => store.open(definition),
    transact: transact(store.transact.bind(store)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

describe("a store that fails", () => {
  const anything = { any: [{ item: "present" }, { item: "absent" }] } as const;
  const cancelled = (...reasons: ErrorCode[]) =>
    new ArtGuardError("storage.transaction-cancelled", "nothing was written", {
      details: { reasons: reasons.join(",") },
    });
  const timedOut = () => {
    const error = new Error("timed out");
    return Object.assign(error, { code: "storage.timed-out", retryable: true, [Symbol.for("artguard.error")]: true });
  };

  it("refuses the entry, and takes the next one when it is well again", async () => {
    let broken = true;
    const tables = failing(new MemoryTableStore(), (original) => async (...call) => {
      if (broken) throw timedOut();
      await original(...call);
    });
    const { log } = await openLog({ tables });
    const refused = log.logSecurityEvent(contextOf(), eventOf(0));
    await expect(refused).rejects.toMatchObject({ code: "audit.not-written", retryable: true });
    broken = false;
    await log.logSecurityEvent(contextOf(), eventOf(1));
    expect((await log.verify()).logs.security).toMatchObject({ size: 1, findings: [] });
  });

  it("that wrote and did not answer: the entry is written once, and acknowledged", async () => {
    let lost = 0;
    const tables = failing(new MemoryTableStore(), (original) => async (...call) => {
      await original(...call);
      if (lost++ === 0) throw timedOut();
    });
    const { log } = await openLog({ tables });
    await log.logSecurityEvent(contextOf(), eventOf(0));
    await log.logSecurityEvent(contextOf(), eventOf(1));
    expect(lost).toBe(2);
    expect((await log.verify()).logs.security).toMatchObject({ size: 2, findings: [] });
  });

  it("that never answers is given up at the deadline", async () => {
    const tables = failing(
      new MemoryTableStore(),
      () => (_, options) =>
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
        }),
    );
    const { log } = await openLog({ tables, timeoutMs: 50 });
    const given = log.logSecurityEvent(contextOf(), eventOf(0));
    await expect(given).rejects.toMatchObject({ code: "audit.not-written", cause: { name: "TimeoutError" } });
  });

  it("that never answers lets nobody wait behind others for longer than for itself", async () => {
    let transactions = 0;
    const tables = failing(new MemoryTableStore(), () => (_, options) => {
      transactions += 1;
      return new Promise((_resolve, reject) => {
        options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
      });
    });
    const { log } = await openLog({ tables, timeoutMs: 300 });
    const given = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, number) => log.logSecurityEvent(contextOf(), eventOf(number))),
    );
    const codes = given.map((result) => (result.status === "rejected" ? result.reason.code : "written"));
    expect(new Set(codes)).toEqual(new Set(["audit.not-written"]));
    // Eleven batches, of which those behind the first find their time over, but for what came a moment later than it.
    expect(transactions).toBeLessThanOrEqual(5);
  });

  it("whose head another writer moves just now is busy, not tampered with", async () => {
    let conflicts = 0;
    const tables = failing(new MemoryTableStore(), (original) => async (actions, options) => {
      // What DynamoDB says when one writer has written and a second one is about to.
      if (conflicts++ === 0) throw cancelled("storage.throttled", "storage.condition-failed");
      await original(actions, options);
    });
    const { log } = await openLog({ tables });
    await log.logSecurityEvent(contextOf(), eventOf(0));
    expect(conflicts).toBe(2);
    expect((await log.verify()).logs.security).toMatchObject({ size: 1, findings: [] });
  });

  it("that ignores conditions breaks the log of two writers: the conditions are needed", async () => {
    const tables = failing(new MemoryTableStore(), (original) => async (actions, options) => {
      const unconditional = actions.map(({ definition, write }): TransactAction => {
        if (write.kind === "put") return { definition, write: { kind: "put", item: write.item } };
        return write.kind === "update"
          ? { definition, write: { ...write, condition: anything } }
          : { definition, write };
      });
      await original(unconditional, options);
    });
    const writers = [(await openLog({ tables })).log, (await openLog({ tables })).log];
    const appended = Array.from({ length: 10 }, (_, number) =>
      writers[number % 2]!.logSecurityEvent(contextOf(`user-${number}`), eventOf(number)),
    );
    await Promise.allSettled(appended);
    expect((await writers[0]!.verify()).logs.security?.size).toBeLessThan(10);
  });

  it("writes entries that come together in few transactions", async () => {
    let transactions = 0;
    const tables = failing(new MemoryTableStore(), (original) => async (...call) => {
      transactions += 1;
      await original(...call);
    });
    const { log } = await openLog({ tables });
    await log.logSecurityEvent(contextOf(), eventOf(0));
    await Promise.all(Array.from({ length: 400 }, (_, number) => log.logSecurityEvent(contextOf(), eventOf(number))));
    expect((await log.verify()).logs.security).toMatchObject({ size: 401, findings: [] });
    expect(transactions).toBeLessThanOrEqual(10);
  });
});
