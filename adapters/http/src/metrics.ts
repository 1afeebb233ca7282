import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What a gauge of the app shows. */
export interface Load {
  readonly held: number;
  readonly working: number;
  readonly waiting: number;
}

/** Seconds of the buckets of durations. */
const buckets = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Hosts hand on whatever a caller calls a method: each would be a series of its own. */
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Figures of one app for Prometheus. Names of routes, never paths, ids or callers. */
export class HttpMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;
  readonly #refusals: Counter<"code">;

  constructor(load: () => Load) {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: "artguard_http_request_duration_seconds",
      help: "Time from the head of a request to the head of its answer.",
      labelNames: ["method", "route", "status"],
      buckets,
      registers,
    });
    this.#refusals = new Counter({
      name: "artguard_http_errors_total",
      help: "Answers that are error envelopes, by their code.",
      labelNames: ["code"],
      registers,
    });
    for (const [name, help] of Object.entries(gauges)) {
      new Gauge({
        name: `artguard_http_${name}`,
        help,
        registers,
        collect() {
          this.set(load()[name as keyof Load]);
        },
      });
    }
  }

  /** Counts one answer. */
  observe(labels: { method: string; route: string; status: number }, seconds: number): void {
    const method = methods.has(labels.method) ? labels.method : "other";
    this.#requests.observe({ ...labels, method }, seconds);
  }

  /** Counts one error. */
  refuse(code: string): void {
    this.#refusals.inc({ code });
  }

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Media type of the text. */
  get contentType(): string {
    return this.#registry.contentType;
  }
}

const gauges: Readonly<Record<keyof Load, string>> = {
  held: "Bytes of bodies that are in memory.",
  working: "Uploads that are being analysed.",
  waiting: "Uploads that wait for their turn.",
};
