import { join } from "node:path";
import {
  type Admission,
  Admissions,
  type Analysis,
  type ErrorCode,
  MemoryTableStore,
  quotaPeriodOf,
  requestHash,
  type Table,
  type TableStore,
  type UserItem,
} from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { expectExactlyOneHundred, rush, withoutConditions } from "./rush.ts";
import { ada, bob, midMonth, openUsers, pendingAnalysis, testClock } from "./stores.ts";

const refused = (code: ErrorCode) => expect.objectContaining({ code });
const bytes = (text: string) => new TextEncoder().encode(text);
const idempotency = (key: string, content = "picture") => ({ key, requestHash: requestHash(bytes(content)) });
const tiers = {
  Free: { monthlyQuota: 2 },
  Standard: { monthlyQuota: 100 },
  Premium: { monthlyQuota: 1000 },
  Enterprise: { monthlyQuota: null },
};

async function open(
  store?: (now: () => number) => TableStore,
  account_tier: "Free" | "Standard" | "Enterprise" = "Free",
) {
  const clock = testClock();
  const opened = await openUsers(clock, store?.(clock.now), { tiers, leaseMs: 60_000 });
  await opened.repository.create({ user_id: ada, email: "ada@example.org", account_tier });
  await opened.repository.create({ user_id: bob, email: "bob@example.org", account_tier });
  const admit = (more: { user?: string; key?: string; content?: string; submitted?: boolean } = {}) =>
    opened.admissions.admit({
      analysis: pendingAnalysis(more.user ?? ada, clock.now()),
      ...(more.key !== undefined && { idempotency: idempotency(more.key, more.content) }),
      ...(more.submitted !== undefined && { submitted: more.submitted }),
    });
  return { ...opened, admit };
}

async function end(
  analyses: Awaited<ReturnType<typeof open>>["analyses"],
  { request_id, created_at }: Analysis,
  set: Partial<Analysis>,
) {
  await analyses.update({ request_id, created_at }, { set }, { condition: { item: "present" } });
}

const systemFailure = {
  status: "FAILED",
  error: { code: "storage.unavailable", message: "m", fix: "f", retryable: true },
} as const;

function analysisOf(admission: Admission): Analysis {
  return admission.analysis;
}

describe("quota", () => {
  it("admits exactly 100 of 500 concurrent requests on a quota of 100, in memory", () =>
    expectExactlyOneHundred(async (now) => new MemoryTableStore({ now })));

  it("admits exactly 100 of 500 concurrent requests on a quota of 100, in SQLite", () =>
    expectExactlyOneHundred((now) => sqlite({ path: join(temporaryFolder(), "test.db"), now })));

  it("would admit more if the increment had no condition: the tests above can fail", async () => {
    const { stored } = await rush(async (now) => withoutConditions(new MemoryTableStore({ now })));
    expect(stored).toBeGreaterThan(100);
  });

  it("says when it resets, and begins anew then", async () => {
    const { admit, admissions, clock } = await open();
    await admit();
    await admit();
    const failure = await admit().catch((error: unknown) => error);
    expect(failure).toEqual(refused("user.quota-exceeded"));
    expect(failure).toMatchObject({ details: { limit: 2, resets_at: Date.UTC(2026, 11, 1), quota_period: "2026-11" } });
    clock.set(Date.UTC(2026, 11, 1));
    expect(await admissions.quota(ada)).toMatchObject({ quota_used: 0, quota_period: "2026-12" });
    expect(await admit()).toMatchObject({ outcome: "admitted", quota: { quota_used: 1, quota_period: "2026-12" } });
  });

  it("rolls over once while many requests arrive in the first moment of a month", async () => {
    const { admit, clock, repository } = await open(undefined, "Standard");
    for (let n = 0; n < 100; n++) await admit();
    clock.set(Date.UTC(2027, 0, 1));
    const outcomes = await Promise.allSettled(Array.from({ length: 130 }, () => admit()));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
    expect(await repository.get(ada)).toMatchObject({ quota_used: 100, quota_period: "2027-01", total_uploads: 200 });
  });

  it("is not turned back by a host whose clock is behind", async () => {
    const { admit, clock, repository } = await open();
    clock.set(Date.UTC(2026, 11, 1));
    await admit();
    clock.set(Date.UTC(2026, 11, 1) - 1000);
    await admit();
    expect(await repository.get(ada)).toMatchObject({ quota_used: 2, quota_period: "2026-12" });
    await expect(admit()).rejects.toThrow(refused("user.quota-exceeded"));
  });

  it("is the user's own where it is set, the tier's otherwise, and none for Enterprise alone", async () => {
    const { admit, repository, admissions, store, users, analyses } = await open(undefined, "Enterprise");
    for (let n = 0; n < 5; n++) await admit();
    expect((await admissions.quota(ada)).limit).toBeNull();
    await repository.changePlan(ada, { monthly_quota: 5 });
    await expect(admit()).rejects.toThrow(refused("user.quota-exceeded"));
    await repository.changePlan(ada, { monthly_quota: null });
    await admit();
    const boundless = { ...tiers, Free: { monthlyQuota: null } } as unknown as typeof tiers;
    expect(() => new Admissions({ store, users, analyses, tiers: boundless })).toThrow(refused("user.invalid-input"));
  });

  it("charges nothing when the record cannot be stored", async () => {
    const { admissions, repository, clock } = await open();
    const analysis = pendingAnalysis(ada, clock.now());
    await admissions.admit({ analysis });
    await expect(admissions.admit({ analysis })).rejects.toThrow(refused("storage.transaction-cancelled"));
    expect((await repository.get(ada)).quota_used).toBe(1);
  });

  it("admits nobody without an account", async () => {
    const { admit, admissions, clock } = await open();
    await expect(admit({ user: "anon#1" })).rejects.toThrow(refused("user.not-found"));
    const { user_id: _, ...nobodys } = pendingAnalysis(ada, clock.now());
    await expect(admissions.admit({ analysis: nobodys })).rejects.toThrow(refused("user.invalid-input"));
  });
});

describe("an erasure under way", () => {
  it("keeps its user's analyses out, with and without a quota left", async () => {
    const { admit, users, clock, repository } = await open();
    const erasing_at = (await repository.get(ada)).created_at;
    await users.update({ user_id: ada }, { set: { erasing_at } });
    clock.advance(1);
    await expect(admit({ key: "k" })).rejects.toThrow(refused("user.being-erased"));
    await users.update({ user_id: ada }, { set: { quota_period: "2026-11", quota_used: 2 } });
    await expect(admit()).rejects.toThrow(refused("user.being-erased"));
    expect((await admit({ user: bob })).outcome).toBe("admitted");
  });
});

describe("the quota's account", () => {
  /** Months from the first on, and what the requests of a run leave behind. */
  type Command = { readonly kind: "admit" | "month" } | { readonly kind: "refund"; readonly of: number };
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 6, arbitrary: fc.constant({ kind: "admit" } as const) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("refund" as const), of: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "month" } as const) },
  );

  it("balances after every sequence of admissions, refunds and months", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const { admit, admissions, clock, repository } = await open();
        let month = 10;
        const charges: { analysis: Analysis; month: number; refunded: boolean }[] = [];
        for (const next of commands) {
          if (next.kind === "month") clock.set(Date.UTC(2026, ++month, 1));
          if (next.kind === "admit") {
            const admitted = await admit().catch(() => undefined);
            if (admitted) charges.push({ analysis: admitted.analysis, month, refunded: false });
          }
          const charge = next.kind === "refund" ? charges[next.of] : undefined;
          if (charge) {
            // The user counts the month of the last admission until there is another one.
            const counted = Math.max(...charges.map((all) => all.month));
            expect(await admissions.refund(charge.analysis)).toBe(!charge.refunded && charge.month === counted);
            charge.refunded = true;
          }
          const owed = charges.filter((one) => one.month === month && !one.refunded).length;
          expect((await admissions.quota(ada)).quota_used).toBe(owed);
          expect(owed).toBeLessThanOrEqual(2);
        }
        const { total_uploads } = await repository.get(ada);
        expect(total_uploads).toBe(charges.filter(({ refunded }) => !refunded).length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("refund", () => {
  it("gives a charge back once, however many ask for it at once", async () => {
    const { admit, admissions, repository } = await open();
    const analysis = analysisOf(await admit());
    await admit();
    const answers = await Promise.all(Array.from({ length: 50 }, () => admissions.refund(analysis)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await repository.get(ada)).toMatchObject({ quota_used: 1, total_uploads: 1 });
  });

  it("of a month that is over takes nothing from the new one", async () => {
    const { admit, admissions, repository, clock } = await open();
    const analysis = analysisOf(await admit());
    expect(analysis.quota_period).toBe(quotaPeriodOf(midMonth));
    clock.set(Date.UTC(2026, 11, 2));
    await admit();
    expect(await admissions.refund(analysis)).toBe(false);
    expect(await admissions.refund(analysis)).toBe(false);
    expect((await repository.get(ada)).quota_used).toBe(1);
  });
});

describe("Idempotency-Key", () => {
  it("returns the first result to the same request, and charges once", async () => {
    const { admit, analyses, repository } = await open();
    const first = analysisOf(await admit({ key: "k" }));
    await end(analyses, first, { status: "COMPLETED", forgery_score: 7 });
    const again = await admit({ key: "k" });
    expect(again).toMatchObject({ outcome: "replayed", analysis: { request_id: first.request_id, forgery_score: 7 } });
    expect((await repository.get(ada)).quota_used).toBe(1);
  });

  it("answers with the first result even when the quota is used up since", async () => {
    const { admit, analyses } = await open();
    await end(analyses, analysisOf(await admit({ key: "k" })), { status: "COMPLETED" });
    await admit();
    await expect(admit({ key: "new" })).rejects.toThrow(refused("user.quota-exceeded"));
    expect((await admit({ key: "k" })).outcome).toBe("replayed");
  });

  it("refuses another request under the same key", async () => {
    const { admit } = await open();
    await admit({ key: "k" });
    await expect(admit({ key: "k", content: "another" })).rejects.toThrow(refused("user.idempotency-conflict"));
  });

  it("says so while the first request is at work, and when to come back", async () => {
    const { admit, clock } = await open();
    await admit({ key: "k" });
    clock.advance(20_000);
    const failure = await admit({ key: "k" }).catch((error: unknown) => error);
    expect(failure).toEqual(refused("user.idempotency-in-flight"));
    expect(failure).toMatchObject({ retryable: true, details: { retry_after_ms: 40_000 } });
  });

  it("lets one of many take over what a dead caller left, without a second charge", async () => {
    const { admit, clock, repository } = await open();
    const first = analysisOf(await admit({ key: "k" }));
    clock.advance(60_001);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => admit({ key: "k" })));
    const resumed = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    expect(resumed).toMatchObject([{ outcome: "resumed", analysis: { request_id: first.request_id } }]);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toEqual(refused("user.idempotency-in-flight"));
    }
    expect((await repository.get(ada)).quota_used).toBe(1);
  });

  it("admits one of many equal requests that arrive at the same moment", async () => {
    const { admit, repository } = await open();
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => admit({ key: "k" })));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await repository.get(ada)).quota_used).toBe(1);
  });

  it("belongs to the caller: the same key of two users is two keys", async () => {
    const { admit } = await open();
    expect((await admit({ key: "k" })).outcome).toBe("admitted");
    expect((await admit({ user: bob, key: "k", content: "another" })).outcome).toBe("admitted");
  });

  it("cannot be written so that it reaches another user's key", async () => {
    const { admit, users } = await open();
    await admit({ key: `${bob}#k` });
    expect(await users.get({ user_id: `IDEMP#${ada}#${bob}#k` })).toBeUndefined();
    expect(await users.get({ user_id: `IDEMP#${ada}#${encodeURIComponent(`${bob}#k`)}` })).toBeDefined();
    await expect(admit({ key: "with space" })).rejects.toThrow(refused("user.invalid-input"));
  });

  it("replays a failure that lies with the image", async () => {
    const { admit, analyses } = await open();
    const first = analysisOf(await admit({ key: "k" }));
    const error = { code: "image.undecodable", message: "m", fix: "f", retryable: false };
    await end(analyses, first, { status: "FAILED", error });
    expect(await admit({ key: "k" })).toMatchObject({ outcome: "replayed", analysis: { status: "FAILED" } });
  });

  it("begins anew after a failure of the system, and heals a refund that was never made", async () => {
    const { admit, analyses, repository } = await open();
    const first = analysisOf(await admit({ key: "k" }));
    await end(analyses, first, systemFailure);
    const second = await admit({ key: "k" });
    expect(second.outcome).toBe("admitted");
    expect(analysisOf(second).request_id).not.toBe(first.request_id);
    expect((await repository.get(ada)).quota_used).toBe(1);
  });

  it("gives a submitted job back in whatever state it is", async () => {
    const { admit } = await open();
    const first = analysisOf(await admit({ key: "k", submitted: true }));
    expect(await admit({ key: "k", submitted: true })).toMatchObject({
      outcome: "replayed",
      analysis: { request_id: first.request_id, status: "PENDING" },
    });
  });

  it("is free again after 24 hours", async () => {
    const { admit, clock } = await open();
    await admit({ key: "k" });
    clock.advance(24 * 3_600_000 + 1000);
    expect((await admit({ key: "k", content: "another" })).outcome).toBe("admitted");
  });

  it("tells requests apart by bytes and options", () => {
    const same = requestHash(bytes("a"), { stability: true, saveImage: false });
    expect(requestHash(bytes("a"), { saveImage: false, stability: true })).toBe(same);
    expect(requestHash(bytes("a"), { stability: false, saveImage: false })).not.toBe(same);
    expect(requestHash(bytes("b"), { stability: true, saveImage: false })).not.toBe(same);
  });
});

describe("a crash in the middle of an admission", () => {
  /** Lets `calls` calls of a table through and fails every later one. */
  function dying(table: Table<UserItem>, calls: number): Table<UserItem> {
    let left = calls;
    return new Proxy(table, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...parameters: unknown[]) => {
          if (left-- <= 0) throw new Error("crashed");
          return (member as (...all: unknown[]) => unknown).apply(target, parameters);
        };
      },
    });
  }

  it("leaves all of it or nothing, and the repeated request makes it whole", async () => {
    for (let calls = 0; calls <= 3; calls++) {
      const { users, store, analyses, clock, repository, admit } = await open();
      const crashing = new Admissions({ store, users: dying(users, calls), analyses, tiers, now: clock.now });
      const request = { analysis: pendingAnalysis(ada, clock.now()), idempotency: idempotency("k") };
      await crashing.admit(request).catch(() => undefined);
      clock.advance(120_001);
      const again = await admit({ key: "k" });
      expect(["admitted", "resumed"]).toContain(again.outcome);
      expect((await repository.get(ada)).quota_used, `after ${calls} calls`).toBe(1);
    }
  });
});
