import {
  Admissions,
  type ArtGuardOptions,
  createArtGuard,
  type Detector,
  defineAnalysisTable,
  defineUserTable,
  MemoryObjectStore,
  MemoryTableStore,
  type OpenWorkEvent,
  type ProcessOpenWorkOptions,
  quotaGate,
  requestHash,
  UserRepository,
} from "@artguard/core";
import { MemoryWorkAnnouncements } from "@artguard/core/testing";
import { onTestFinished } from "vitest";

/** A picture of two pixels. */
export const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGM4ESXHFSUHAAfhAcMZ4xP9AAAAAElFTkSuQmCC",
  "base64",
);

const user = "ada";

/** A host that submits and announces in memory. */
export async function work(
  options: Partial<ArtGuardOptions> & {
    readonly perform?: (signal: AbortSignal) => Promise<void>;
    readonly withQuota?: boolean;
  } = {},
) {
  const { perform = async () => undefined, withQuota = false, ...given } = options;
  const queue = new MemoryWorkAnnouncements();
  const tables = new MemoryTableStore();
  const detector: Detector = {
    id: "told",
    version: "1.0.0",
    family: "noise",
    detect: async (_image, { signal }) => {
      await perform(signal);
      return { applicable: false, reason: "It sees nothing." };
    },
  };
  const host = await createArtGuard({
    detectors: [detector],
    isolation: "none",
    tables,
    objects: new MemoryObjectStore(),
    announcements: queue,
    ...(withQuota && { admission: await gateOf(tables) }),
    ...given,
  });
  onTestFinished(() => host[Symbol.asyncDispose]());
  const submitOnce = () =>
    host.submit(picture, { userId: user, idempotency: { key: "k1", requestHash: requestHash(picture) } });
  return { host, queue, submitOnce };
}

async function gateOf(tables: MemoryTableStore) {
  const users = await tables.open(defineUserTable());
  const analyses = await tables.open(defineAnalysisTable());
  await new UserRepository(tables, users).create({ user_id: user, email: "ada@example.org" });
  return quotaGate(new Admissions({ store: tables, users, analyses }));
}

/** A worker that listens, what it told, and a way to end it. */
export function listening(
  { host, queue }: Awaited<ReturnType<typeof work>>,
  options: Partial<ProcessOpenWorkOptions> = {},
) {
  const events: OpenWorkEvent[] = [];
  const [ending, stopping] = [new AbortController(), new AbortController()];
  const run = host.processOpenWork({
    pollMs: 600_000,
    announcements: queue,
    drain: ending.signal,
    signal: stopping.signal,
    ...options,
    onEvent: (event) => events.push(event),
  });
  const end = () => {
    ending.abort();
    return run;
  };
  const stop = () => {
    stopping.abort();
    return run;
  };
  onTestFinished(async () => void (await stop().catch(() => undefined)));
  const seen = (type: OpenWorkEvent["type"]) => events.filter((event) => event.type === type).length;
  return { run, end, stop, seen, events };
}
