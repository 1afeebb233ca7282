import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import type { JsonValue, Observation } from "../detection/detection.ts";
import type { RemoteDetector, RemoteOutcome } from "../detection/remote-detector.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { type RemoteStory, textOf } from "./remote-stories.ts";
import type { TestRunner } from "./test-runner.ts";

/** What the remote side of a detector saw; what an implementation cannot count it leaves out. */
export interface RemoteSightings {
  /** Requests that asked the model to run. */
  readonly runs: number;
  /** Idempotency keys of these. */
  readonly keys: readonly string[];
  /** Requests in all. */
  readonly requests?: number;
  /** Requests without the credentials, or with a cookie. */
  readonly unfit?: number;
  /** Answers that were stopped before their end. */
  readonly cut?: number;
  /** Requests to another origin. */
  readonly elsewhere?: number;
  /** Those of them that carried a secret. */
  readonly secretsElsewhere?: number;
}

/** A detector whose remote side plays a story. */
export interface RemoteSubject extends AsyncDisposable {
  /** Sends each request 3 times at most, hardly waits in between, and gives up after a minute. */
  readonly detector: RemoteDetector;
  /** The copy to send in this story, where it is not the one of the set-up. */
  readonly image?: PreprocessedImage;
  /** Waits until so many requests have arrived; only for stories that end because the time is over. */
  reached(requests: number): Promise<void>;
  /** Waits until nothing is under way. */
  sightings(): Promise<RemoteSightings>;
}

/** How the suite makes the remote detector under test. */
export interface RemoteDetectorContractSetup {
  /** Those of `remoteStories` that the remote side can play; the others are left out. */
  readonly stories: readonly RemoteStory[];
  create(story: RemoteStory): Promise<RemoteSubject>;
  readonly image: PreprocessedImage;
  /** What must appear in no handle and no error. */
  readonly secrets: readonly string[];
}

/** One call at the subject's image, with an idempotency key that stays the same for this subject. */
type Detect = (signal?: AbortSignal) => Promise<RemoteOutcome>;
type Test = (subject: RemoteSubject, detect: Detect) => Promise<void>;

/** No story takes so long; only a detector that hangs does. */
const patienceMs = 30_000;

/**
 * What every `RemoteDetector` promises; run it on each implementation.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * remoteDetectorContract({ describe, it }, "my detector", remoteDetectorSetup);
 */
export function remoteDetectorContract(runner: TestRunner, name: string, setup: RemoteDetectorContractSetup): void {
  const { describe, it } = runner;
  describe(`RemoteDetector contract: ${name}`, () => {
    for (const story of setup.stories) {
      it(textOf(story).sentence, playing(setup, story, assertStory(setup, story)));
    }
    for (const story of ["redirects-elsewhere", "job-moves-elsewhere"] as const) {
      if (!setup.stories.includes(story)) continue;
      it(
        `shows no other origin its secret: ${story}`,
        playing(setup, story, async (subject, detect) => {
          await detect().catch(() => undefined);
          assert.equal((await subject.sightings()).secretsElsewhere, 0);
        }),
      );
    }
    if (setup.stories.includes("late")) handleContract(runner, setup);
  });
}

/** What the handle of an unfinished job is good for, and for what it is not. */
function handleContract({ it }: TestRunner, setup: RemoteDetectorContractSetup): void {
  it(
    "gets the late answer by the handle, after a detour through JSON, without running the model again",
    playing(setup, "late", async (subject, detect) => {
      const text = JSON.stringify(await lateHandle(subject, detect));
      assertKept(setup.secrets, text);
      const resume = (signal = AbortSignal.timeout(patienceMs)) =>
        subject.detector.resume(JSON.parse(text), { signal });
      assert.equal(endingOf(await cutShort(subject, 4, resume)), "unfinished");
      const outcome = await resume();
      assert.equal(outcome.status, "observed");
      assertOutcome(outcome, setup.image);
      assert.equal((await subject.sightings()).runs, 1);
    }),
  );

  it(
    "keeps the handle when the time to resume is over before it begins",
    playing(setup, "late", async (subject, detect) => {
      const handle = await lateHandle(subject, detect);
      const outcome = await subject.detector.resume(handle, { signal: AbortSignal.abort() });
      assert.deepEqual(outcome, { status: "unfinished", handle });
    }),
  );

  it(
    "refuses a handle that is damaged or leads elsewhere, and asks nobody",
    playing(setup, "late", async (subject, detect) => {
      const handle = await lateHandle(subject, detect);
      const before = await subject.sightings();
      for (const forged of forgeries(handle)) {
        await assert.rejects(
          subject.detector.resume(forged, { signal: AbortSignal.timeout(patienceMs) }),
          (error) => isArtGuardError(error) && error.code.endsWith(".invalid-handle"),
          JSON.stringify(forged),
        );
      }
      assert.deepEqual(await subject.sightings(), before);
    }),
  );
}

/** A test on a subject of its own. */
function playing(setup: RemoteDetectorContractSetup, story: RemoteStory, test: Test): () => Promise<void> {
  return async () => {
    const subject = await setup.create(story);
    // A key of its own: a remote side may remember those of other stories.
    const idempotencyKey = randomUUID();
    const detect: Detect = (signal = AbortSignal.timeout(patienceMs)) =>
      subject.detector.detect(subject.image ?? setup.image, { signal, idempotencyKey });
    try {
      await test(subject, detect);
    } finally {
      await subject[Symbol.asyncDispose]();
    }
  };
}

function assertStory({ secrets, image }: RemoteDetectorContractSetup, story: RemoteStory): Test {
  const { ends, requests, runs = 1, endsByDeadline, cut } = textOf(story);
  return async (subject, detect) => {
    const ended = endsByDeadline
      ? await cutShort(subject, requests, detect)
      : (await Promise.allSettled([detect()]))[0];
    assert.equal(endingOf(ended), ends, ended.status === "rejected" ? String(ended.reason) : "");
    if (ended.status === "fulfilled") assertOutcome(ended.value, subject.image ?? image);
    else assertKept(secrets, inspect(ended.reason, { depth: null }));
    assertKept(secrets, inspect(subject.detector, { depth: null }));
    const seen = await subject.sightings();
    assert.equal(seen.runs, runs, "requests that asked the model to run");
    assert.equal(new Set(seen.keys).size, Math.min(runs, 1), "idempotency keys");
    assert.ok(!seen.keys.includes(""), "the idempotency key");
    assert.equal(seen.requests ?? requests, requests, "requests");
    if (cut) assert.ok((seen.cut ?? 1) >= 1, "the answer was read to its end");
    assert.equal(seen.unfit ?? 0, 0, "requests without credentials or with cookies");
    assert.equal(seen.elsewhere ?? 0, 0, "requests to another origin");
  };
}

/** How a call ends whose time is over as soon as so many requests have arrived. */
async function cutShort(
  subject: RemoteSubject,
  requests: number,
  act: (signal: AbortSignal) => Promise<RemoteOutcome>,
): Promise<PromiseSettledResult<RemoteOutcome>> {
  const time = new AbortController();
  const stop = () => time.abort(new Error("time is over"));
  if (requests === 0) stop();
  const acting = Promise.allSettled([act(time.signal)]);
  // A detector that ends without asking so often is not waited for.
  void subject.reached(requests).then(stop, stop);
  return (await acting)[0];
}

async function lateHandle(subject: RemoteSubject, detect: Detect): Promise<JsonValue> {
  const ended = await cutShort(subject, textOf("late").requests, detect);
  if (ended.status === "fulfilled" && ended.value.status === "unfinished") return ended.value.handle;
  return assert.fail(`it ended as ${endingOf(ended)}`);
}

function assertKept(secrets: readonly string[], text: string): void {
  for (const secret of secrets) assert.ok(!text.includes(secret), "a secret got out");
}

function endingOf(ended: PromiseSettledResult<RemoteOutcome>): string {
  if (ended.status === "fulfilled") return ended.value.status;
  const { reason } = ended;
  return isArtGuardError(reason) ? `error ${reason.code.split(".")[1]}` : `an error without a code: ${reason}`;
}

function assertOutcome(outcome: RemoteOutcome, image: PreprocessedImage): void {
  if (outcome.status === "observed") assertObservation(outcome.observation, image);
  if (outcome.status === "not_applicable") assert.ok(outcome.reason.length > 0);
  if (outcome.status === "unfinished") assert.deepEqual(JSON.parse(JSON.stringify(outcome.handle)), outcome.handle);
}

function assertObservation({ statistic, heatmap, regions, findings }: Observation, image: PreprocessedImage): void {
  assert.ok(statistic >= 0 && statistic <= 1);
  assert.ok(findings.length > 0);
  for (const { x, y, width, height } of regions) assert.ok(x + width <= image.width && y + height <= image.height);
  if (heatmap === undefined) return;
  assert.deepEqual(
    [heatmap.width, heatmap.height, heatmap.data.length],
    [Math.ceil(image.width / heatmap.scale), Math.ceil(image.height / heatmap.scale), heatmap.width * heatmap.height],
  );
  assert.ok(heatmap.data.every((value) => value >= 0 && value <= 1));
}

const foreignPlaces = [
  "https://elsewhere.example/detect",
  "//elsewhere.example/detect",
  "/\\elsewhere.example/detect",
  "file:///etc/hostname",
  "/detect/../admin",
  "/detect/%2e%2e/admin",
  "/detect\n",
  "detect",
  "",
];

/** The handle in other shapes, and with each of its texts leading elsewhere. */
function forgeries(handle: JsonValue): JsonValue[] {
  const shapes: JsonValue[] = [null, 7, "handle", [], {}];
  if (typeof handle !== "object" || handle === null || Array.isArray(handle)) return shapes;
  const texts = Object.keys(handle).filter((key) => typeof handle[key] === "string");
  const led = texts.flatMap((key) => foreignPlaces.map((place) => ({ ...handle, [key]: place })));
  return [...shapes, { ...handle, unknown: 1 }, ...led];
}
