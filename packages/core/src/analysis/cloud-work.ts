import type { Detection } from "../detection/detection.ts";
import { detectionOf } from "../detection/detection-of.ts";
import type { RemoteDetector } from "../detection/remote-detector.ts";
import {
  type RemoteLimits,
  type RemoteRun,
  runRemoteDetector,
  skippedRemote,
} from "../detection/run-remote-detector.ts";
import { calibrateDetection } from "../fusion/calibration.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import type { CopyFrame } from "../image/copy-frame.ts";
import type { ImageInfo } from "../image/image-info.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import type { Explanation, Language } from "../vision/explanation.ts";
import type { Passage } from "../vision/knowledge-base.ts";
import { askVision, skippedVision, type VisionOutcome } from "./ask-vision.ts";
import type { CloudParts } from "./cloud-parts.ts";
import { detectionWarnings, explanationWarning } from "./explanation-warnings.ts";
import type { ProgressEvent } from "./progress-event.ts";
import { type KnowledgeOutcome, searchKnowledge } from "./search-knowledge.ts";
import type { Stage } from "./stage.ts";
import { epochMillisecondsSchema } from "./time.ts";
import { longestWaitMs, type UnfinishedDetection } from "./unfinished.ts";

/** What {@link CloudWork} works for. */
export interface CloudTask {
  readonly requestId: string;
  /** The same for every attempt at the same result. */
  readonly idempotencyKey: string;
  readonly language: Language;
  readonly deadlineMs: number;
  /** Milliseconds from the start of work after which explaining begins with the evidence that is there. */
  readonly evidenceBudgetMs: number;
  readonly policy: VerdictPolicy;
  /** Local detectors of which evidence is waited for. */
  readonly localDetectors: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The caller's: everything ends when it fires. */
  readonly signal: AbortSignal | undefined;
  readonly emit: (event: ProgressEvent) => void;
}

/** What the parts elsewhere gave. */
export interface CloudResult {
  /** Remote detectors in order, then the vision model; calibrated. */
  readonly detections: Detection[];
  /** The vision model's; absent when there is none or it did not answer. */
  readonly explanation?: Explanation;
  readonly warnings: string[];
  readonly passages: readonly Passage[];
  readonly stages: Stage[];
  readonly unfinished: UnfinishedDetection[];
}

interface Sent {
  readonly image: PreprocessedImage;
  readonly info: ImageInfo;
}

/**
 * The parts of one analysis that run elsewhere, beside the local detectors and under the same deadline. Remote detectors
 * begin as soon as the copy is there; knowledge base and vision model when the local evidence is, or when its budget is
 * used up. Nothing here throws: a part that fails costs its own result. After {@link CloudWork.close} no timer is left
 * and nobody waits for a part.
 */
export class CloudWork {
  readonly #parts: CloudParts;
  readonly #task: CloudTask;
  readonly #copy = Promise.withResolvers<Sent | undefined>();
  readonly #evidence = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  readonly #closed = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #onAbort = () => this.close();
  readonly #seen: Detection[] = [];
  readonly #remote: Promise<RemoteRun>[];
  readonly #knowledge: Promise<KnowledgeOutcome | undefined>;
  readonly #vision: Promise<VisionOutcome | undefined>;
  #localEnded = 0;
  /** Local detectors that had ended when the vision model was asked. */
  #explainedAfter: number | undefined;

  constructor(parts: CloudParts, task: CloudTask) {
    this.#parts = parts;
    this.#task = task;
    task.signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#remote = parts.remoteDetectors.map((detector) => this.#ask(detector));
    this.#knowledge = this.#search();
    this.#vision = this.#explain();
  }

  /** The clock starts: work on the image began `elapsedMs` ago. */
  begin(elapsedMs: number): void {
    const { remoteDetectors, vision, knowledge } = this.#parts;
    if (remoteDetectors.length === 0 && !vision && !knowledge) return;
    const { deadlineMs, evidenceBudgetMs } = this.#task;
    const at = (ms: number, what: () => void) => this.#timers.push(setTimeout(what, Math.max(0, ms - elapsedMs)));
    at(evidenceBudgetMs, () => this.#evidence.resolve());
    at(deadlineMs - closingMs(deadlineMs), () => this.#closing.abort(new DOMException("deadline", "TimeoutError")));
    at(deadlineMs, () => this.#closed.abort());
  }

  /** The copy that may leave the forensic lane. */
  send(image: PreprocessedImage, info: ImageInfo): void {
    this.#copy.resolve({ image, info });
  }

  /** A local detector ended. */
  see(detection: Detection): void {
    this.#seen.push(detection);
    this.#localEnded++;
    if (this.#localEnded >= this.#task.localDetectors) this.#evidence.resolve();
  }

  /** All local detectors ended: waits for the parts, at most until the deadline. */
  async finish(): Promise<CloudResult> {
    this.#copy.resolve(undefined);
    this.#evidence.resolve();
    const runs = await Promise.all(this.#remote);
    const knowledge = await this.#knowledge;
    const vision = await this.#vision;
    const sent = await this.#copy.promise;
    const unfinished = runs.flatMap((run) => this.#unfinished(run, sent));
    const seen = vision && this.#calibrated(vision.detection);
    const detections = [...runs.map((run) => this.#detectionOf(run)), ...(seen ? [seen] : [])];
    return {
      detections,
      ...(vision?.explanation && { explanation: vision.explanation }),
      warnings: [
        ...detectionWarnings(detections, unfinished, this.#task.language),
        ...(knowledge?.warnings ?? []),
        ...this.#partialWarning(vision),
      ],
      passages: knowledge?.passages ?? [],
      stages: [
        ...runs.map(({ run, cost_usd }) => stageOf(run.id, run.elapsed_ms, cost_usd)),
        ...(knowledge ? [stageOf("knowledge", knowledge.elapsed_ms)] : []),
        ...(vision ? [stageOf("vision", vision.detection.elapsed_ms, vision.cost_usd)] : []),
      ],
      unfinished,
    };
  }

  /** Ends whatever is still at work. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#task.signal?.removeEventListener("abort", this.#onAbort);
    this.#closing.abort(new DOMException("the analysis ended", "AbortError"));
    this.#closed.abort();
    this.#copy.resolve(undefined);
    this.#evidence.resolve();
  }

  async #ask(detector: RemoteDetector): Promise<RemoteRun> {
    const sent = await this.#copy.promise;
    if (!sent || this.#closing.signal.aborted) return skippedRemote(detector, nothingSent(sent));
    const { idempotencyKey, emit } = this.#task;
    emit({ type: "remote_started", detector: detector.id });
    const ask = (signal: AbortSignal) => detector.detect(sent.image, { signal, idempotencyKey });
    const run = await runRemoteDetector(detector, ask, frameOf(sent), this.#limits());
    const detection = this.#detectionOf(run);
    this.#seen.push(detection);
    emit({ type: "detected", detection });
    return run;
  }

  async #search(): Promise<KnowledgeOutcome | undefined> {
    const { knowledge } = this.#parts;
    await this.#evidence.promise;
    if (!knowledge || this.#closing.signal.aborted) return undefined;
    const budget = new AbortController();
    const { deadlineMs, language } = this.#task;
    this.#timers.push(setTimeout(() => budget.abort(), Math.min(longestSearchMs, deadlineMs / 8)));
    const signal = AbortSignal.any([budget.signal, this.#closing.signal]);
    return await searchKnowledge(knowledge, this.#seen, language, signal);
  }

  async #explain(): Promise<VisionOutcome | undefined> {
    const { vision } = this.#parts;
    if (!vision) return undefined;
    await this.#evidence.promise;
    const sent = await this.#copy.promise;
    const knowledge = await this.#knowledge;
    if (!sent || this.#closing.signal.aborted) return skippedVision(vision, nothingSent(sent));
    const { requestId, language, policy, emit } = this.#task;
    const detections = [...this.#seen];
    const passages = knowledge?.passages ?? [];
    this.#explainedAfter = this.#localEnded;
    emit({ type: "remote_started", detector: vision.id });
    const outcome = await askVision(
      vision,
      { requestId, language, policy, copy: sent.image, info: sent.info, detections, passages },
      this.#limits(),
      (text) => {
        if (!this.#closed.signal.aborted) emit({ type: "explaining", text });
      },
    );
    emit({ type: "detected", detection: this.#calibrated(outcome.detection) });
    return outcome;
  }

  #limits(): RemoteLimits {
    return { closing: this.#closing.signal, closed: this.#closed.signal };
  }

  #detectionOf({ run }: RemoteRun): Detection {
    return this.#calibrated(detectionOf(run));
  }

  #calibrated(detection: Detection): Detection {
    const { calibration, bounded } = this.#task.policy;
    return calibrateDetection(detection, calibration, bounded);
  }

  #partialWarning(vision: VisionOutcome | undefined): string[] {
    const isPartial = this.#explainedAfter !== undefined && this.#explainedAfter < this.#task.localDetectors;
    if (!isPartial || !vision?.explanation) return [];
    return [explanationWarning("partial", this.#task.language, vision.detection.id)];
  }

  #unfinished({ run, handle }: RemoteRun, sent: Sent | undefined): UnfinishedDetection[] {
    if (handle === undefined || !sent) return [];
    const until = epochMillisecondsSchema.parse(this.#task.now() + longestWaitMs);
    return [{ detector: run.id, handle, until, ...frameOf(sent) }];
  }
}

/** For a search, at most, in milliseconds; the vision model waits for it. */
const longestSearchMs = 3000;

/** Milliseconds before the deadline at which parts are asked to end, so that they can still say how. */
function closingMs(deadlineMs: number): number {
  return Math.min(500, deadlineMs / 10);
}

function nothingSent(sent: Sent | undefined): string {
  return sent ? "no time was left for it" : "there was no copy of the image to send";
}

function frameOf({ image, info }: Sent): CopyFrame {
  const { width, height, orientation } = info;
  return { copy: { width: image.width, height: image.height }, stored: { width, height, orientation } };
}

function stageOf(stage: string, elapsed_ms: number, cost_usd?: number): Stage {
  return { stage, elapsed_ms, ...(cost_usd !== undefined && { cost_usd }) };
}
