import {
  type ArtGuardOptions,
  createArtGuard,
  type Detector,
  defaultPolicy,
  MemoryTableStore,
  type Observation,
  type ProgressEvent,
  type VerdictPolicy,
} from "@artguard/core";
import { onTestFinished, vi } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

/** A local detector that sees this; calibrated by {@link policy}: its statistic is its log-likelihood ratio. */
export const detector = (id: string, statistic = 0, more: Partial<Observation> = {}): Detector => ({
  id,
  version: "1.0.0",
  family: id === "grid" ? "compression" : "noise",
  detect: () => ({ applicable: true, statistic, regions: [], findings: [], ...more }),
});

/** A local detector that ends when it is told to. */
export function waitingDetector(id: string): { detector: Detector; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const detect = async () => {
    await promise;
    return { applicable: true as const, statistic: 0, regions: [], findings: [] };
  };
  return { detector: { ...detector(id), detect }, end: resolve };
}

const knots: [number, number][] = [
  [-4, -4],
  [4, 4],
];
const rule = { detector_version: "1.0.0", knots, n_forged: 0, n_authentic: 0, sources: [] };

/** The default policy, under which the statistics of `noise` and `grid` are log-likelihood ratios. */
const policy: VerdictPolicy = {
  ...defaultPolicy,
  calibration: {
    ...defaultPolicy.calibration,
    detectors: { noise: rule, grid: rule },
    families: { noise: 1, compression: 1 },
  },
};

export const picture = await encoded(gradient(60, 40).png());

/** An ArtGuard in memory with two local detectors; closed after the test. */
export async function artguardWith(options: Partial<ArtGuardOptions> = {}) {
  const tables = new MemoryTableStore();
  const artguard = await createArtGuard({
    detectors: [detector("noise", 1), detector("grid", 1)],
    tables,
    storage: "memory",
    isolation: "none",
    deadlineMs: 20_000,
    policy,
    ...options,
  });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  return artguard;
}

/** All events of a stream. */
export async function all(events: AsyncIterable<ProgressEvent>): Promise<ProgressEvent[]> {
  const seen: ProgressEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout];

/** Watches the timers that are set from now on, until the test ends; tells how many are neither over nor cleared. */
export function watchTimers(): () => number {
  const open = new Set<unknown>();
  const watchedSet = (then: () => void, ms?: number) => {
    const timer = set(() => {
      open.delete(timer);
      then();
    }, ms);
    open.add(timer);
    return timer;
  };
  vi.spyOn(globalThis, "setTimeout").mockImplementation(watchedSet as typeof setTimeout);
  vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
    open.delete(timer);
    clear(timer);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return () => open.size;
}
