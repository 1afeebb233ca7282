import {
  type Analysis,
  type CompletedAnalysis,
  type Detection,
  fuseHeatmaps,
  type ImageInfo,
  type ProgressEvent,
} from "@artguard/core";
import type { Outcome } from "@artguard/governance";
import { progressJson } from "../analysis-json.ts";

/** An event as it is sent. */
export interface LiveEvent {
  /** `<request_id>:<number>`, from 1 on. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Options of {@link LiveAnalyses}. */
export interface LiveOptions {
  /** Milliseconds after its end in which an analysis is remembered; default 10 minutes. */
  readonly rememberMs?: number;
  /** Most bytes of heat maps that are remembered; default 64 MiB. The oldest go first. */
  readonly heatmapBytes?: number;
  /** Most analyses that are remembered; default 100, each with a record of at most 400 KB. */
  readonly analyses?: number;
  readonly now: () => number;
}

const defaults = { rememberMs: 10 * 60_000, heatmapBytes: 64 * 2 ** 20, analyses: 100 };

/** What fusing the heat maps of an analysis needs. */
interface Drawable {
  readonly detections: readonly Detection[];
  readonly info: ImageInfo;
  /** Of the result. */
  readonly version: number;
}

/** One analysis while it happens, and for a while afterwards. */
export class LiveAnalysis {
  readonly events: LiveEvent[] = [];
  endedAt: number | undefined;
  requestId: string | undefined;
  drawable: Drawable | undefined;
  #info: ImageInfo | undefined;
  #wake = Promise.withResolvers<void>();

  /** Takes an event in. */
  push(event: ProgressEvent): void {
    if (event.type === "created") this.requestId = event.request_id;
    if (event.type === "inspected") this.#info = event.info;
    if (event.type === "completed" && this.#info) this.#keepHeatmaps(event.analysis, this.#info);
    const json = progressJson(event);
    if (json) this.#append(event.type, json);
  }

  /** Ends it; an error is the last event, in the envelope of every error. Without an outcome nothing is told of it. */
  end(outcome: Outcome<unknown> | undefined, now: number): void {
    if (outcome && !outcome.ok) this.#append("failed", { type: "failed", ...outcome.envelope });
    this.endedAt = now;
    this.#wakeUp();
  }

  /** The events after an id, as they come, until the end. */
  async *after(lastId: string | undefined): AsyncGenerator<LiveEvent, void, undefined> {
    let next = 1 + this.events.findIndex(({ id }) => id === lastId);
    for (;;) {
      for (; next < this.events.length; next++) yield this.events[next]!;
      if (this.endedAt !== undefined) return;
      await this.#wake.promise;
    }
  }

  /** Bytes of its heat maps. */
  get heatmapBytes(): number {
    const detections = this.drawable?.detections ?? [];
    return detections.reduce((sum, { heatmap }) => sum + (heatmap?.data.byteLength ?? 0), 0);
  }

  #keepHeatmaps({ detections, version_number: version = 1 }: CompletedAnalysis, info: ImageInfo): void {
    if (detections.some(({ heatmap }) => heatmap)) this.drawable = { detections, info, version };
  }

  #append(type: string, json: object): void {
    this.events.push({ id: `${this.requestId}:${this.events.length + 1}`, type, data: JSON.stringify(json) });
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/**
 * The analyses that happen in this process, with the events of each: whoever lost the connection can go on reading where
 * it ended. Nothing of it is stored; another process knows the record alone.
 */
export class LiveAnalyses {
  readonly #options: typeof defaults & LiveOptions;
  readonly #byId = new Map<string, LiveAnalysis>();

  constructor(options: LiveOptions) {
    this.#options = { ...defaults, ...options };
  }

  /** Follows an analysis. @param run Does it, and tells of everything on the way. */
  follow(run: (onProgress: (event: ProgressEvent) => void) => Promise<Outcome<unknown>>): {
    readonly live: LiveAnalysis;
    readonly outcome: Promise<Outcome<unknown>>;
  } {
    const live = new LiveAnalysis();
    const end = (result?: Outcome<unknown>) => {
      live.end(result, this.#options.now());
      this.#forget();
    };
    const outcome = run((event) => {
      live.push(event);
      if (event.type === "created") this.#byId.set(event.request_id, live);
    });
    // Also of one that rejects: whoever reads along would wait for ever.
    outcome.then(end, () => end());
    return { live, outcome };
  }

  /** One that is remembered. */
  find(requestId: string): LiveAnalysis | undefined {
    this.#forget();
    return this.#byId.get(requestId);
  }

  /** The heat map of all detectors together, where this process made that result: null when nothing was localised. */
  heatmapOf({ request_id, version_number = 1 }: Pick<Analysis, "request_id" | "version_number">) {
    const drawable = this.find(request_id)?.drawable;
    if (drawable?.version !== version_number) return undefined;
    return { heatmap: fuseHeatmaps(drawable.detections, drawable.info), info: drawable.info };
  }

  /** Oldest first: what is over, and heat maps and analyses that are too many. */
  #forget(): void {
    const { now, rememberMs, heatmapBytes, analyses } = this.#options;
    for (const [id, { endedAt }] of this.#byId) {
      const isOver = endedAt !== undefined && (endedAt + rememberMs <= now() || this.#byId.size > analyses);
      if (isOver) this.#byId.delete(id);
    }
    let bytes = [...this.#byId.values()].reduce((sum, live) => sum + live.heatmapBytes, 0);
    for (const live of this.#byId.values()) {
      if (bytes <= heatmapBytes) return;
      bytes -= live.heatmapBytes;
      live.drawable = undefined;
    }
  }
}
