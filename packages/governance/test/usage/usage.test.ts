import {
  type Admissions,
  type Analysis,
  Admissions as CoreAdmissions,
  defineAnalysisTable,
  defineUserTable,
  epochMillisecondsSchema,
  UserRepository,
  userIdOf,
} from "@artguard/core";
import { openUsage, type Usage, type UsageEvent, type UsageOptions, usageEventSchema } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { withoutConditions } from "../../../core/test/user/rush.ts";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";
import { allEvents, aQuery, expectExactlyOneHundred, plans, rush } from "./places.ts";

const ada = { kind: "user", id: "ada" } as const;

describe.each(storeKinds)("usage on %s", (_, make) => {
  async function place(options: Partial<UsageOptions> = {}) {
    const clock = testClock();
    const tables = await openedStore(make, clock.now);
    const usage = await openUsage({ tables, plans, now: clock.now, ...options });
    return { clock, tables, usage };
  }
  const used = async (usage: Usage) => (await usage.consumption(ada)).map(({ used }) => used);

  it("admits exactly 100 of 200 at the same moment on a limit of 100", async () => {
    const clock = testClock();
    await expectExactlyOneHundred(await openedStore(make, clock.now), clock.now);
  });

  it("counts what is committed, gives back what is released, and does each once", async () => {
    const { usage } = await place();
    const [kept, dropped] = [
      await usage.reserve(aQuery({ quantity: 3 })),
      await usage.reserve(aQuery({ quantity: 4 })),
    ];
    expect(await used(usage)).toEqual([7]);
    await Promise.all([kept.commit(), kept.commit(), dropped.release(), dropped.release()]);
    await kept.release();
    expect(await used(usage)).toEqual([3]);
    expect(await allEvents(usage)).toHaveLength(1);
  });

  it("tells who wants too much what is used, until when nothing is admitted, and what helps", async () => {
    const { usage, clock } = await place();
    await (await usage.reserve(aQuery({ quantity: 99 }))).commit();
    await expect(usage.reserve(aQuery({ quantity: 2 }))).rejects.toMatchObject({
      code: "usage.limit-exceeded",
      details: {
        meter: "queries",
        subject: "user",
        limit: 100,
        used: 99,
        requested: 2,
        suspended_until: Date.UTC(2026, 11, 1),
        suspended_until_iso: "2026-12-01T00:00:00.000Z",
        renewal_options: "wait,upgrade",
        upgrade_plans: "large",
      },
    });
    clock.ms = Date.UTC(2026, 11, 1);
    await usage.reserve(aQuery({ quantity: 2 }));
    expect(await used(usage)).toEqual([2]);
  });

  it("a plan of its own takes effect at once; what was used stays used", async () => {
    const { usage } = await place();
    await (await usage.reserve(aQuery({ quantity: 100 }))).commit();
    await usage.assignPlan(ada, "large");
    await usage.reserve(aQuery({ quantity: 900 }));
    expect(await used(usage)).toEqual([1000]);
    await usage.assignPlan(ada, "trial");
    await (await usage.reserve(aQuery({ quantity: 2 }))).commit();
    await expect(usage.reserve(aQuery())).rejects.toMatchObject({ details: { renewal_options: "upgrade", used: 2 } });
    await expect(usage.assignPlan(ada, "golden")).rejects.toMatchObject({ code: "usage.invalid-input" });
  });

  it("takes nothing from anybody when one of several limits has no room", async () => {
    const { usage } = await place();
    const dataset = { kind: "dataset", id: "sales" } as const;
    await usage.assignPlan(dataset, "trial");
    await (await usage.reserve(aQuery({ quantity: 2, subjects: [dataset] }))).commit();
    await expect(usage.reserve(aQuery({ subjects: [ada, dataset] }))).rejects.toMatchObject({
      details: { subject: "dataset" },
    });
    expect(await used(usage)).toEqual([0]);
  });

  it("admits nothing of who is suspended, until resumed", async () => {
    const { usage, clock } = await place();
    await usage.suspend(ada, "unpaid");
    await expect(usage.reserve(aQuery())).rejects.toMatchObject({
      code: "usage.suspended",
      details: { subject: "user", suspended_at: clock.ms, because: "unpaid" },
    });
    await usage.resume(ada);
    await usage.reserve(aQuery());
    expect(await used(usage)).toEqual([1]);
  });

  it("counts an operation once: its id is taken", async () => {
    const { usage } = await place();
    const query = aQuery();
    await (await usage.reserve(query)).commit();
    await expect(usage.reserve(query)).rejects.toMatchObject({ code: "usage.duplicate-operation" });
    expect(await used(usage)).toEqual([1]);
  });

  it("gives back what a dead process held, before anybody is refused for it", async () => {
    const { usage, clock } = await place({ leaseMs: 1000 });
    await usage.reserve(aQuery({ quantity: 100 }));
    await expect(usage.reserve(aQuery())).rejects.toMatchObject({ code: "usage.limit-exceeded" });
    clock.ms += 1000;
    await usage.reserve(aQuery());
    expect(await used(usage)).toEqual([1]);
    expect(await usage.releaseAbandoned()).toBe(0);
  });

  it("counts what took longer than its lease all the same, once", async () => {
    const { usage, clock } = await place({ leaseMs: 1000 });
    const slow = await usage.reserve(aQuery());
    clock.ms += 1000;
    expect(await usage.releaseAbandoned()).toBe(1);
    expect(await used(usage)).toEqual([0]);
    await Promise.all([slow.commit(), slow.commit()]);
    expect(await used(usage)).toEqual([1]);
    expect(await allEvents(usage)).toHaveLength(1);
  });

  it("delivers CloudEvents whose id is the operation's, again when the sink failed, then never more", async () => {
    const { usage } = await place({ source: "https://artguard.example" });
    const query = aQuery({ quantity: 3 });
    await (await usage.reserve(query)).commit();
    const broken = usage.deliverEvents(() => Promise.reject(new Error("sink down")));
    await expect(broken).rejects.toThrow("sink down");
    const events: UsageEvent[] = [];
    expect(await usage.deliverEvents(async (event) => void events.push(event))).toBe(1);
    expect(events.map((event) => usageEventSchema.parse(event))).toEqual([
      {
        specversion: "1.0",
        id: query.operationId,
        source: "https://artguard.example",
        type: "artguard.usage.v1",
        subject: "user/ada",
        time: "2026-11-29T12:00:00.000Z",
        datacontenttype: "application/json",
        data: { meter: "queries", quantity: 3, operation: "query.execute", subjects: [ada] },
      },
    ]);
    expect(await allEvents(usage)).toEqual([]);
  });

  it("forgets a user: counters, plan, reservations and events, and nobody else's", async () => {
    const { usage } = await place();
    await usage.assignPlan(ada, "large");
    await (await usage.reserve(aQuery())).commit();
    await usage.reserve(aQuery());
    const bobs = aQuery({ subjects: [{ kind: "user", id: "bob" }] });
    await (await usage.reserve(bobs)).commit();
    await usage.forgetUser("ada");
    expect(await usage.consumption(ada)).toMatchObject([{ used: 0, limit: 100 }]);
    expect(await allEvents(usage)).toEqual([bobs.operationId]);
  });

  it("forgets a user in the middle of work for an organisation, whose count stays right", async () => {
    const { usage } = await place();
    const museum = { kind: "organization", id: "museum" } as const;
    const reserve = () => usage.reserve(aQuery({ subjects: [ada, museum] }));
    const [kept, dropped] = [await reserve(), await reserve()];
    await reserve();
    await usage.forgetUser("ada");
    expect(await usage.consumption(museum)).toMatchObject([{ used: 0 }]);
    await kept.commit();
    await dropped.release();
    expect(await usage.consumption(museum)).toMatchObject([{ used: 1 }]);
  });

  it.each([
    ["no quantity", { quantity: 0 }],
    ["half a quantity", { quantity: 0.5 }],
    ["nobody", { subjects: [] }],
    ["one subject twice", { subjects: [ada, ada] }],
    ["no id", { operationId: "" }],
  ])("refuses %s", async (_, wrong) => {
    const { usage } = await place();
    await expect(usage.reserve(aQuery(wrong))).rejects.toMatchObject({ code: "usage.invalid-input" });
  });

  it("refuses plans that are none", async () => {
    await expect(place({ defaultPlans: { user: "golden" } })).rejects.toMatchObject({ code: "usage.invalid-input" });
    const wrong = { standard: { limits: [{ meter: "queries", limit: -1, period: "month" as const }] } };
    await expect(place({ plans: wrong })).rejects.toMatchObject({ code: "usage.invalid-input" });
  });
});

describe("a careless store", () => {
  it("without conditions admits more than 100 of 200: the race is one", async () => {
    const clock = testClock();
    const store = withoutConditions(await openedStore(storeKinds[0]![1], clock.now));
    expect((await rush(store, clock.now)).admitted).toBeGreaterThan(100);
  });
});

describe("the meter of uploads", () => {
  async function place() {
    const clock = testClock();
    const tables = await openedStore(storeKinds[0]![1], clock.now);
    const [users, analyses] = [await tables.open(defineUserTable()), await tables.open(defineAnalysisTable())];
    await new UserRepository(tables, users, { now: clock.now }).create({
      user_id: "ada",
      email: "ada@example.org",
      monthly_quota: 2,
    });
    const admissions = new CoreAdmissions({ store: tables, users, analyses, now: clock.now });
    return { admissions, clock, usage: await openUsage({ tables, plans, admissions, now: clock.now }) };
  }
  const upload = () => aQuery({ meter: "uploads", operation: "analysis.create" });

  it("is core's quota: usage reads it, and keeps no count of its own", async () => {
    const { usage, admissions, clock } = await place();
    for (let n = 0; n < 2; n++) {
      const reservation = await usage.reserve(upload());
      await charge(admissions, `a${n}`, clock.ms);
      await reservation.commit();
    }
    expect(await usage.consumption(ada)).toMatchObject([
      { meter: "uploads", limit: 2, used: 2 },
      { meter: "queries", used: 0 },
    ]);
    await expect(usage.reserve(upload())).rejects.toMatchObject({
      code: "usage.limit-exceeded",
      details: { used: 2, limit: 2, renewal_options: "wait,upgrade" },
    });
    expect(await allEvents(usage)).toHaveLength(2);
  });

  it("writes one event for one upload, however often it is asked for and whoever reserved it", async () => {
    const { usage } = await place();
    for (let n = 0; n < 3; n++) await (await usage.reserve(upload())).commit("request-1");
    expect(await allEvents(usage)).toEqual(["request-1"]);
    await usage.suspend(ada, "unpaid");
    await expect(usage.reserve(upload())).rejects.toMatchObject({ code: "usage.suspended" });
  });

  it("without a charge of core's nothing is used, however many events there are", async () => {
    const { usage } = await place();
    for (let n = 0; n < 5; n++) await (await usage.reserve(upload())).commit();
    expect(await usage.consumption(ada)).toMatchObject([{ meter: "uploads", used: 0 }, {}]);
  });
});

async function charge(admissions: Admissions, request_id: string, now: number) {
  const analysis: Analysis = {
    request_id,
    created_at: epochMillisecondsSchema.parse(now),
    user_id: userIdOf("ada"),
    status: "PENDING",
    filename: "",
    content_type: "image/png",
    size_bytes: 1,
  };
  await admissions.admit({ analysis });
}
