import { isArtGuardError } from "@artguard/core";
import { ModalDetector, type ModalOptions, modal } from "@artguard/core/modal";
import { type FakeModal, type FakeModalStep, startFakeModal } from "@artguard/core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { image } from "./modal-subject.ts";

const body = { status: "ok", score: 0.25, model: "scripted", version: "2.0.0" };
const patience = () => AbortSignal.timeout(30_000);
const idempotencyKey = "key-1";

let fake: FakeModal | undefined;
afterEach(async () => {
  await fake?.[Symbol.asyncDispose]();
  fake = undefined;
});

async function detectorOn(script: [FakeModalStep, ...FakeModalStep[]], options: Partial<ModalOptions> = {}) {
  fake = await startFakeModal({ script });
  const { key, secret } = fake.credentials;
  return { fake, detector: modal({ endpoint: fake.endpoint, key, secret, retryDelayMs: 1, ...options }) };
}

const failure = async (action: Promise<unknown>) => {
  const [ended] = await Promise.allSettled([action]);
  if (ended?.status !== "rejected" || !isArtGuardError(ended.reason)) throw new Error("it did not fail as it should");
  return ended.reason;
};

describe("ModalDetector", () => {
  it("sends the copy as it is, with type, token and idempotency key, and no cookie", async () => {
    const { fake, detector } = await detectorOn([{ kind: "answer", body }]);
    await detector.detect(image, { signal: patience(), idempotencyKey });
    const [request] = fake.requests;
    expect(request?.method).toBe("POST");
    expect(request?.body).toEqual(new Uint8Array(image.bytes));
    expect(request?.headers).toMatchObject({
      "content-type": "image/jpeg",
      accept: "application/json",
      "idempotency-key": idempotencyKey,
      "modal-key": fake.credentials.key,
      "modal-secret": fake.credentials.secret,
    });
  });

  it("reports score, model, version and cost, and says that the number is not its own", async () => {
    const { detector } = await detectorOn([{ kind: "answer", body: { ...body, cost_usd: 0.003 } }]);
    const outcome = await detector.detect(image, { signal: patience(), idempotencyKey });
    expect(outcome).toMatchObject({
      status: "observed",
      version: "2.0.0",
      cost_usd: 0.003,
      observation: { statistic: 0.25, regions: [], measurements: { model: "scripted" } },
    });
    const [finding] = outcome.status === "observed" ? outcome.observation.findings : [];
    expect(finding).toMatchObject({ code: "remote-model-score", direction: "authentic" });
    expect(finding?.claim).toContain("scripted 2.0.0 puts the probability of a forgery at 25.0 %");
    expect(finding?.limitation).toContain("neither calibrated nor tested");
  });

  it("waits at least as long as Retry-After says", async () => {
    const busy: FakeModalStep = { kind: "status", status: 429, headers: { "retry-after": "1" } };
    const { detector } = await detectorOn([busy, { kind: "answer", body }]);
    const started = performance.now();
    await detector.detect(image, { signal: patience(), idempotencyKey });
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it("tells what went wrong when the time ends during a pause", async () => {
    const time = new AbortController();
    const { detector } = await detectorOn([{ kind: "answer", body }], {
      fetch: async () => {
        setTimeout(() => time.abort(), 100);
        return new Response("slow down", { status: 429, headers: { "retry-after": "60" } });
      },
    });
    const error = await failure(detector.detect(image, { signal: time.signal, idempotencyKey }));
    expect([error.code, error.retryable]).toEqual(["modal.throttled", true]);
    expect(error.message).toContain("slow down");
  });

  it("ends at its own budget when the caller's signal never fires, and keeps an accepted job", async () => {
    const never: FakeModalStep = { kind: "hang", when: "before the answer" };
    const { detector } = await detectorOn([never], { budgetMs: 100 });
    const signal = new AbortController().signal;
    expect((await failure(detector.detect(image, { signal, idempotencyKey }))).code).toBe("modal.timed-out");
    await fake?.[Symbol.asyncDispose]();
    const later = await detectorOn([{ kind: "accept" }, never], { budgetMs: 1000 });
    const outcome = await later.detector.detect(image, { signal, idempotencyKey });
    expect(outcome).toEqual({
      status: "unfinished",
      handle: { version: 1, result: "/detect?__modal_function_call_id=fc-01TEST", width: 96, height: 64 },
    });
    expect(later.fake.begun.map(({ kind }) => kind)).toEqual(["accept", "hang"]);
  });

  it("says that a result is gone, and not that nothing is deployed", async () => {
    const { detector } = await detectorOn([{ kind: "status", status: 404 }]);
    const handle = { version: 1, result: "/detect?__modal_function_call_id=fc-old", width: 96, height: 64 };
    const error = await failure(detector.resume(handle, { signal: patience() }));
    expect([error.code, error.retryable]).toEqual(["modal.result-gone", false]);
  });

  it("repeats the endpoint's reason on one line, cut short", async () => {
    const text = `first\u0000\u001b[31m\r\nsecond ${"x".repeat(5000)}`;
    const { detector } = await detectorOn([{ kind: "status", status: 422, text }]);
    const { message } = await failure(detector.detect(image, { signal: patience(), idempotencyKey }));
    expect(message).toMatch(/^the endpoint answered 422: first \[31m second x+$/);
    expect(message.length).toBeLessThan(240);
  });

  it("does not repeat its credentials when the endpoint does", async () => {
    const text = "DEBUG Modal-Key: wk-fake, Modal-Secret: ws-fake-secret";
    const { detector, fake } = await detectorOn([{ kind: "status", status: 400, text }]);
    expect(Object.values(fake.credentials).every((secret) => text.includes(secret))).toBe(true);
    const error = await failure(detector.detect(image, { signal: patience(), idempotencyKey }));
    expect(error.message).toBe("the endpoint answered 400: DEBUG Modal-Key: …, Modal-Secret: …");
  });

  it("warms the endpoint up without giving it work", async () => {
    const ready = { status: "ready", model: "scripted", version: "2.0.0" };
    const { fake, detector } = await detectorOn([{ kind: "accept" }, { kind: "answer", body: ready }]);
    expect(await detector.warmUp({ signal: patience() })).toEqual({ model: "scripted", version: "2.0.0" });
    expect(fake.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
    const other = await detectorOn([{ kind: "answer", body }]);
    expect((await failure(other.detector.warmUp({ signal: patience() }))).code).toBe("modal.invalid-response");
  });

  it("leaves no timer behind", async () => {
    const { detector } = await detectorOn([{ kind: "answer", body }]);
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    await detector.detect(image, { signal: new AbortController().signal, idempotencyKey });
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it.each<[string, Partial<ModalOptions>]>([
    ["http to another machine", { endpoint: "http://detector.example/" }],
    ["another scheme", { endpoint: "ftp://127.0.0.1/" }],
    ["what is no address", { endpoint: "detector" }],
    ["a password in the address", { endpoint: "https://user:pass@detector.example/" }],
    ["a host that only begins like this machine", { endpoint: "http://127.0.0.1.example/" }],
    ["an empty key", { key: "" }],
    ["a secret with a line break", { secret: "ws-\r\nx" }],
    ["an id with spaces", { id: "my model" }],
    ["no attempt", { attempts: 0 }],
    ["no end", { budgetMs: Number.POSITIVE_INFINITY }],
    ["no limit", { maximumResponseBytes: Number.POSITIVE_INFINITY }],
  ])("refuses %s", (_what, options) => {
    const make = () =>
      new ModalDetector({ endpoint: "https://me--detector.modal.run", key: "wk", secret: "ws", ...options });
    let caught: unknown;
    try {
      make();
    } catch (error) {
      caught = error;
    }
    expect(isArtGuardError(caught, "modal.invalid-option")).toBe(true);
    expect(JSON.stringify(caught)).not.toContain("ws-");
  });

  it("accepts https anywhere, and http on this machine", () => {
    for (const endpoint of ["https://me--detector.modal.run/x?y=1", "http://localhost:8000", "http://[::1]:8000/"])
      expect(modal({ endpoint, key: "wk", secret: "ws", id: "modal-second" }).id).toBe("modal-second");
  });

  it("refuses an idempotency key that no header can carry, before anything is sent", async () => {
    const { fake, detector } = await detectorOn([{ kind: "answer", body }]);
    const error = await failure(detector.detect(image, { signal: patience(), idempotencyKey: "a\nb" }));
    expect(error.code).toBe("modal.invalid-option");
    expect(fake.requests).toEqual([]);
  });
});
