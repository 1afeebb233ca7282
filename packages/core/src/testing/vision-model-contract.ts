import assert from "node:assert/strict";
import { type ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { VisionAnswer, VisionModel, VisionRequest } from "../vision/vision-model.ts";
import type { TestRunner } from "./test-runner.ts";

/** A model under test, with what its other side saw. */
export interface VisionSubject extends AsyncDisposable {
  readonly model: VisionModel;
  /** How many requests have reached the other side. */
  calls(): number;
  /** How many faults were carried out. */
  faults(): number;
}

/** Something that goes wrong, and what has to come of it. */
export interface VisionFault {
  /** What goes wrong, e.g. `is throttled for good`. */
  readonly name: string;
  create(): Promise<VisionSubject>;
  /** Code of the failure; `answer` when the model gets over it. */
  readonly becomes: ErrorCode | "answer";
  /** Requests that reach the other side, repetitions included. */
  readonly calls: number;
  /** Whether somebody listens to the sentences; default false. */
  readonly listening?: boolean;
}

/** How the suite makes models, and what it asks them. */
export interface VisionModelContractSetup {
  /** With one detector, one crop and one passage at least. */
  request(): Promise<VisionRequest>;
  /** A model that answers well. */
  create(): Promise<VisionSubject>;
  /** A model whose other side never answers. */
  createSilent(): Promise<VisionSubject>;
  readonly faults: readonly VisionFault[];
}

/**
 * What every {@link VisionModel} promises; run it on each implementation.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * visionModelContract({ describe, it }, "my model", visionModelSetup);
 */
export function visionModelContract(runner: TestRunner, name: string, setup: VisionModelContractSetup): void {
  runner.describe(`VisionModel contract: ${name}`, () => {
    runner.describe("an answer", () => answers(runner, setup));
    runner.describe("the caller's signal", () => signals(runner, setup));
    runner.describe("a fault", () => {
      for (const fault of setup.faults) faultCase(runner, setup, fault);
    });
  });
}

function answers({ it }: TestRunner, { request, create }: VisionModelContractSetup): void {
  const ask = async (check: (answer: VisionAnswer, subject: VisionSubject, asked: VisionRequest) => void) => {
    const subject = await create();
    try {
      const asked = await request();
      check(await subject.model.explain(asked, { signal: AbortSignal.timeout(30_000) }), subject, asked);
    } finally {
      await subject[Symbol.asyncDispose]();
    }
  };

  it("comes from a model with a name and a version", () =>
    ask((_, { model }) => {
      assert.match(model.id, /^[a-z][a-z0-9-]*$/);
      assert.notEqual(model.version, "");
    }));

  it("rests on what was given, sentence by sentence", () =>
    ask(({ sentences, findings }, _, asked) => {
      const known = citable(asked);
      assert.ok(sentences.length > 0);
      for (const { cites } of [...sentences, ...findings]) {
        assert.ok(cites.length > 0);
        for (const cite of cites) assert.ok(known.has(cite), cite);
      }
    }));

  it("has a likelihood from 0 to 1, and details that are JSON", () =>
    ask(({ likelihood, details }) => {
      assert.ok(likelihood >= 0 && likelihood <= 1);
      assert.deepEqual(JSON.parse(JSON.stringify(details)), details);
    }));

  it("tells its tokens and cost, which the estimate made before any call bounds", () =>
    ask(({ usage }, { model, calls }, { image }) => {
      const before = calls();
      const most = model.estimate(image);
      assert.equal(calls(), before);
      for (const count of ["input_tokens", "output_tokens", "cost_usd"] as const)
        assert.ok(usage[count] >= 0 && usage[count] <= most[count], `${count}: ${usage[count]} of ${most[count]}`);
    }));

  it("is heard sentence by sentence before it is complete", async () => {
    const subject = await create();
    try {
      const heard: string[] = [];
      const onSentence = (text: string) => {
        heard.push(text);
      };
      const { sentences } = await subject.model.explain(await request(), {
        signal: AbortSignal.timeout(30_000),
        onSentence,
      });
      assert.deepEqual(
        heard,
        sentences.map(({ text }) => text),
      );
    } finally {
      await subject[Symbol.asyncDispose]();
    }
  });
}

function signals({ it }: TestRunner, { request, createSilent }: VisionModelContractSetup): void {
  const during = async (listening: boolean) => {
    const subject = await createSilent();
    try {
      const stop = new AbortController();
      const reason = new Error("enough");
      const options = { signal: stop.signal, ...(listening && { onSentence: () => undefined }) };
      const waiting = subject.model.explain(await request(), options);
      waiting.catch(() => undefined);
      while (subject.calls() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort(reason);
      await assert.rejects(waiting, reason);
      assert.equal(subject.calls(), 1);
    } finally {
      await subject[Symbol.asyncDispose]();
    }
  };

  it("ends a call before it begins", async () => {
    const subject = await createSilent();
    try {
      const reason = new Error("too late");
      await assert.rejects(subject.model.explain(await request(), { signal: AbortSignal.abort(reason) }), reason);
      assert.equal(subject.calls(), 0);
    } finally {
      await subject[Symbol.asyncDispose]();
    }
  });

  it("ends a call that waits, with the signal's reason", () => during(false));

  it("ends a call that waits for sentences, with the signal's reason", () => during(true));
}

function faultCase({ it }: TestRunner, { request }: VisionModelContractSetup, fault: VisionFault): void {
  const { name, create, becomes, calls, listening = false } = fault;
  const end = becomes === "answer" ? "gives an answer all the same" : `is ${becomes}`;
  it(`that ${name} ${end}, after ${calls} ${calls === 1 ? "request" : "requests"}`, async () => {
    const subject = await create();
    try {
      const options = { signal: AbortSignal.timeout(30_000), ...(listening && { onSentence: () => undefined }) };
      const call = subject.model.explain(await request(), options);
      if (becomes === "answer") assert.ok((await call).sentences.length > 0);
      else assertFailure(await failureOf(call), becomes);
      assert.ok(subject.faults() > 0, "the fault did not happen");
      assert.equal(subject.calls(), calls);
    } finally {
      await subject[Symbol.asyncDispose]();
    }
  });
}

async function failureOf(call: Promise<unknown>): Promise<ArtGuardError> {
  const error: unknown = await call.then(
    () => assert.fail("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (!isArtGuardError(error)) throw error;
  return error;
}

function assertFailure(failure: ArtGuardError, code: ErrorCode): void {
  assert.equal(failure.code, code, failure.message);
  assert.notEqual(failure.message, "");
  assert.notEqual(failure.fix, "");
}

function citable({ evidence, crops, passages }: VisionRequest): ReadonlySet<string> {
  return new Set([
    ...evidence.map(({ id }) => id),
    ...crops.map(({ id }) => id),
    ...passages.map((_, i) => `K${i + 1}`),
  ]);
}
