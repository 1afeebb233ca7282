import type { BedrockOptions } from "@artguard/core/bedrock";
import { answering, failing, hanging } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { answer } from "../vision/vision-request.ts";
import { ask, realRequest, subject } from "./subjects.ts";

const good = answering(answer());
/** One token costs a millionth: what the fake reports is 1,500 of them. */
const priced = { capabilities: { price: { input: 1, output: 1 } } };
const usd = 1_500 / 1e6;
const exceeded = (ceiling: string) => ({ code: "bedrock.budget-exceeded", details: { ceiling } });

/** A shared sum of one day, with everything that was added to it. */
function ledger() {
  const days = new Map<string, number>();
  const addToDay = (day: string, amount: number) => {
    const sum = (days.get(day) ?? 0) + amount;
    days.set(day, sum);
    return sum;
  };
  return { days, addToDay };
}

describe("a budget", () => {
  it("refuses a call that might cost too much, before the call", async () => {
    await using under = await subject([good], { ...priced, budget: { perCallUsd: 0.001 } });
    await expect(ask(under)).rejects.toMatchObject(exceeded("perCallUsd"));
    expect(under.calls()).toBe(0);
  });

  it("of a call holds back the repair turn that it cannot pay", async () => {
    const budget = { perCallUsd: 0.006 };
    await using enough = await subject([answering({}), good], { ...priced, budget: { perCallUsd: 0.1 } });
    expect((await ask(enough)).details["repaired"]).toBe(true);
    await using short = await subject([answering({}, { usage: { inputTokens: 5_000, outputTokens: 500 } }), good], {
      ...priced,
      budget,
    });
    await expect(ask(short)).rejects.toMatchObject(exceeded("perCallUsd"));
    expect(short.calls()).toBe(1);
  });

  it("of a day counts what was reported, and begins anew the next day", async () => {
    let now = Date.parse("2026-01-31T23:00:00Z");
    const options: Partial<BedrockOptions> = { ...priced, budget: { perDayUsd: 0.0095 }, now: () => now };
    await using under = await subject([good], options);
    const made = async () => {
      for (let n = 0; ; n++) {
        try {
          await ask(under);
        } catch (error) {
          expect(error).toMatchObject(exceeded("perDayUsd"));
          return n;
        }
      }
    };
    const first = await made();
    expect(first).toBeGreaterThan(1);
    expect(await made()).toBe(0);
    now = Date.parse("2026-02-01T00:00:01Z");
    expect(await made()).toBe(first);
  });

  it("of a day is shared through a sum of the caller's", async () => {
    const { days, addToDay } = ledger();
    const options = { ...priced, budget: { perDayUsd: 1, addToDay }, now: () => Date.parse("2026-01-31T12:00:00Z") };
    await using one = await subject([good], options);
    await using other = await subject([good], options);
    await Promise.all([ask(one), ask(other), ask(other)]);
    expect([...days.keys()]).toEqual(["2026-01-31"]);
    expect(days.get("2026-01-31")).toBeCloseTo(3 * usd, 12);
  });

  it("never lets calls at the same time go beyond it together", async () => {
    const { days, addToDay } = ledger();
    const perDayUsd = 0.012;
    let most = 0;
    const watched = (day: string, amount: number) => {
      const sum = addToDay(day, amount);
      // Whoever goes beyond takes the amount back at once and does not call.
      if (sum <= perDayUsd) most = Math.max(most, sum);
      return sum;
    };
    await using under = await subject([good], { ...priced, budget: { perDayUsd, addToDay: watched } });
    const ended = await Promise.allSettled(Array.from({ length: 8 }, () => ask(under)));
    const made = ended.filter(({ status }) => status === "fulfilled").length;
    expect(made).toBe(under.calls());
    expect(made).toBeLessThan(8);
    expect(most).toBeGreaterThan(0);
    expect([...days.values()][0]).toBeCloseTo(made * usd, 12);
  });

  it("counts in full what may have been charged without a report, and nothing for what was refused", async () => {
    const { days, addToDay } = ledger();
    const options = { ...priced, budget: { perDayUsd: 1, addToDay }, maxAttempts: 1 };
    await using refused = await subject([failing("ThrottlingException")], options);
    await expect(ask(refused)).rejects.toMatchObject({ code: "bedrock.throttled" });
    expect([...days.values()][0]).toBeCloseTo(0, 12);
    await using silent = await subject([hanging()], { ...options, attemptTimeoutMs: 300 });
    await expect(ask(silent)).rejects.toMatchObject({ code: "bedrock.timed-out" });
    expect([...days.values()][0]).toBeGreaterThan(0.002);
  });

  it("counts nothing for a request that was not sent because the call had ended", async () => {
    const { days, addToDay } = ledger();
    const stop = new AbortController();
    const settled = Promise.withResolvers<void>();
    const slow = async (day: string, amount: number) => {
      if (amount > 0) stop.abort(new Error("enough"));
      else setImmediate(settled.resolve);
      return addToDay(day, amount);
    };
    await using under = await subject([good], { ...priced, budget: { perDayUsd: 1, addToDay: slow } });
    await expect(under.model.explain(await realRequest(), { signal: stop.signal })).rejects.toThrow("enough");
    await settled.promise;
    expect(days.size).toBe(1);
    expect([...days.values()][0]).toBeCloseTo(0, 12);
    expect(under.calls()).toBe(0);
  });

  it("costs no answer when the caller's sum fails afterwards, and allows no call when it fails before", async () => {
    let fails = false;
    const addToDay = (_: string, amount: number) => {
      if (fails || amount < 0) throw new Error("no sum");
      return amount;
    };
    await using under = await subject([good], { ...priced, budget: { perDayUsd: 1, addToDay } });
    expect((await ask(under)).sentences).not.toEqual([]);
    fails = true;
    await expect(ask(under)).rejects.toThrow("no sum");
    expect(under.calls()).toBe(1);
  });
});

describe("a failure", () => {
  it.each([
    ["that its second turn brings", [answering("no JSON"), answering("no JSON again")], "vision.invalid-answer", 2400],
    ["for which its time was over", [answering("no JSON"), hanging()], "bedrock.timed-out", 1200],
  ])("%s tells what had been charged by then", async (_, script, code, input_tokens) => {
    await using under = await subject(script, { timeoutMs: 2_000 });
    const error = await ask(under).catch((reason: unknown) => reason);
    const cost_usd = (input_tokens * (1 + (5 * 300) / 1200)) / 1e6;
    expect(error).toMatchObject({ code, details: { input_tokens, cost_usd: expect.closeTo(cost_usd, 12) } });
  });
});

describe("an estimate", () => {
  it("tells tokens, dollars and quota before any call, with and without the repair turn", async () => {
    await using under = await subject([good], { maxTokens: 1_000 });
    const { first_request, ...whole } = under.model.estimate({ width: 1000, height: 1000 });
    const input = 36 * 36 + 3 * 784 + 7_000;
    expect(first_request).toEqual({
      input_tokens: input,
      output_tokens: 1_000,
      cost_usd: expect.closeTo((input + 5 * 1_000) / 1e6, 12),
    });
    const both = 2 * input + 1_000 + 300;
    expect(whole).toEqual({
      ...{ picture_tokens: 36 * 36, input_tokens: both, output_tokens: 2_000, priced: true },
      cost_usd: expect.closeTo((both + 5 * 2_000) / 1e6, 12),
      quota_tokens: both + 5 * 2_000,
    });
    expect(under.calls()).toBe(0);
  });

  it("says so when the price is not known", async () => {
    await using under = await subject([good], { model: "eu.anthropic.claude-sonnet-5-5" });
    expect(under.model.estimate({ width: 1, height: 1 })).toMatchObject({ priced: false, cost_usd: 0 });
  });
});
