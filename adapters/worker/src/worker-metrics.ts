import type { ArtGuard } from "@artguard/core";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { WorkerEvent } from "./run-worker.ts";

/** Seconds of the buckets of durations. */
const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** No input is held longer than a day, so that nothing older is open. */
const longestOpenMs = 2 * 86_400_000;

/** Figures of one worker for Prometheus, made of what it tells. No ids, names or messages. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #ended: Histogram<"outcome">;
  readonly #underWay: Gauge;
  readonly #storeFailures: Counter;
  readonly #queueFailures: Counter;
  readonly #sweeps: Counter<"outcome">;
  readonly #deleted: Counter<"kind">;
  #isStoreReached = false;
  #isDraining = false;

  constructor(artguard: Pick<ArtGuard, "counts">) {
    const registers = [this.#registry];
    this.#ended = new Histogram({
      name: "artguard_worker_analysis_duration_seconds",
      help: "Time from the claim of an analysis to its end, by how it ended.",
      labelNames: ["outcome"],
      buckets,
      registers,
    });
    this.#underWay = new Gauge({
      name: "artguard_worker_analyses_in_flight",
      help: "Analyses that this worker is at work on.",
      registers,
    });
    this.#storeFailures = new Counter({
      name: "artguard_worker_store_failures_total",
      help: "Times that a store did not answer.",
      registers,
    });
    this.#queueFailures = new Counter({
      name: "artguard_worker_queue_failures_total",
      help: "Times that the queue of announcements did not answer, or gave a message that names no analysis.",
      registers,
    });
    this.#sweeps = new Counter({
      name: "artguard_worker_sweeps_total",
      help: "Sweeps of expired data, by how they ended.",
      labelNames: ["outcome"],
      registers,
    });
    this.#deleted = new Counter({
      name: "artguard_worker_swept_total",
      help: "What sweeps deleted.",
      labelNames: ["kind"],
      registers,
    });
    new Gauge({
      name: "artguard_open_analyses",
      help: "Analyses of this store that wait (PENDING) or are held by a worker (PROCESSING).",
      labelNames: ["status"],
      registers,
      async collect() {
        this.reset();
        // A store that does not answer costs this figure, not the others.
        const counts = await artguard.counts({ from: Date.now() - longestOpenMs }).catch(() => undefined);
        if (!counts) return;
        for (const status of ["PENDING", "PROCESSING"] as const) this.set({ status }, counts.by_status[status]);
      },
    });
  }

  /** Takes in what the worker told. */
  note(event: WorkerEvent): void {
    switch (event.type) {
      case "polled":
        this.#isStoreReached = true;
        break;
      case "claimed":
        this.#underWay.inc();
        break;
      case "ended":
        this.#underWay.dec();
        this.#ended.observe({ outcome: event.outcome }, event.elapsed_ms / 1000);
        break;
      case "abandoned":
        this.#underWay.dec();
        this.#storeFailures.inc();
        break;
      case "poll_failed":
        this.#isStoreReached = false;
        this.#storeFailures.inc();
        break;
      case "announcement_failed":
        this.#queueFailures.inc();
        break;
      case "draining":
        this.#isDraining = true;
        break;
      case "swept":
        this.#sweeps.inc({ outcome: "done" });
        this.#deleted.inc({ kind: "object" }, event.sweep.objects_deleted);
        this.#deleted.inc({ kind: "record" }, event.sweep.records_deleted);
        break;
      case "sweep_failed":
        this.#sweeps.inc({ outcome: "failed" });
    }
  }

  /** The store answered last time, and the worker takes work. */
  get isReady(): boolean {
    return this.#isStoreReached && !this.#isDraining;
  }

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
