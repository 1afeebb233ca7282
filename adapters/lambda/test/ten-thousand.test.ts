import {
  type Analysis,
  AnalysisRepository,
  analysisSchema,
  MemoryTableStore,
  OpenWorkQueue,
  processSubmitted,
  type TableStore,
  type TrainingContext,
} from "@artguard/core";
import { s3EventHandler, sqsBatchHandler } from "@artguard/lambda";
import { expect, it } from "vitest";
import { type Bucket, keysOf, sha256, trainingBuckets } from "./buckets.ts";
import { eventBridgeOf, notificationOf, type Subject, throughTopic, unhurried } from "./events.ts";
import { type Call, deliverAll, type QueuedMessage } from "./fake-queue.ts";
import { type KillAt, Life, mortal } from "./mortal.ts";

/** Of the records of one queue: 30 % duplicates, 2 % malformed, 1 % poison, the rest originals, of which some are killed. */
const shares = { duplicates: 0.3, malformed: 0.02, poison: 0.01, killed: 0.05 };
const onFailure = () => undefined;

/** The same numbers in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  const copy = [...values];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

const isBad = (id: string) => id.startsWith("malformed") || id.startsWith("poison");
const areTheBad = (batch: readonly QueuedMessage[], failed: readonly string[]) =>
  batch.every(({ id }) => failed.includes(id) === isBad(id));
const malformedBodies = ["{", '{"Records":[{"eventSource":"aws:s3"}]}', "null", '{"request_id":7}'];
const malformedMessages = (count: number): QueuedMessage[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `malformed-${i}`,
    body: malformedBodies[i % malformedBodies.length]!,
  }));

/** Kills a process once at each of these keys: by turns before it reads the image and after it wrote the copy. */
function killPlan(keys: readonly string[]) {
  const left = new Map(keys.map((key, index) => [key, index % 2 === 0 ? ("before" as const) : ("after" as const)]));
  const take = (key: string, moment: "before" | "after") => {
    if (left.get(key) !== moment) return undefined;
    left.delete(key);
    return moment;
  };
  return { take, left };
}

const keyOf = (index: number) => `training/${index % 2 ? "forged_v1" : "authentic_v1"}/a b+${index}%.jpg`;
const contentOf = (index: number, version: number) => `image ${index}, version ${version}`;
const copyOf = (index: number, version: number) =>
  `${keyOf(index).slice(0, keyOf(index).lastIndexOf("/"))}/${sha256(contentOf(index, version))}.jpg`;

/** The body of a message about an object, in one of the shapes that there are. */
function bodyOf(subject: Subject, shape: number): string {
  const event = shape % 2 ? notificationOf(subject) : eventBridgeOf(subject);
  return JSON.stringify(shape % 3 ? event : throughTopic(event));
}

interface IntakeRun {
  readonly records: number;
  /** Objects that are put into the bucket, each with one version, and every tenth with a second one. */
  readonly processed: Bucket;
  readonly written: number;
  /** Calls that were killed; two kills may hit one call. */
  readonly kills: number;
  readonly killsLeft: number;
  readonly deadLetters: readonly string[];
  readonly inexact: number;
  readonly expected: readonly string[];
}

/** A bucket of copies that counts what was really written; without `ifAbsent` every copy is. */
function countedCopies(bucket: Bucket, ifAbsent: boolean) {
  let written = 0;
  const store: Bucket = new Proxy(bucket, {
    get(target, name) {
      if (name !== "put") return Reflect.get(target, name, target)?.bind(target);
      const put: Bucket["put"] = async (key, body, options) => {
        const result = await target.put(key, body, { ...options, ifAbsent });
        written += 1;
        return result;
      };
      return put;
    },
  });
  return { store, written: () => written };
}

/** Calls the handler in a process that is killed as planned, and then in a new one. */
function mortalIntake(training: TrainingContext, kill: ReturnType<typeof killPlan>["take"]) {
  const start = () => {
    const life = new Life();
    const at = (wanted: string, moment: "before" | "after"): KillAt => {
      return (method, [key]) => (method === wanted ? kill(String(key), moment) : undefined);
    };
    const raw = mortal(training.raw, life, at("get", "before"));
    const processed = mortal(training.processed, life, at("put", "after"));
    return { life, handler: s3EventHandler({ training: { ...training, raw, processed }, onFailure, concurrency: 4 }) };
  };
  let running = start();
  return (event: unknown): Call => {
    if (running.life.isOver) running = start();
    return { answer: running.handler(event, unhurried), killed: running.life.killed };
  };
}

/** Two waves: the first versions; then second versions of some objects, and late duplicates of events of both. */
async function runIntake(records: number, ifAbsent: boolean): Promise<IntakeRun> {
  const random = seededRandom(7);
  const count = (share: number) => Math.round(records * share);
  const originals = records - count(shares.duplicates) - count(shares.malformed) - count(shares.poison);
  const objects = Math.round(originals / 1.1);
  const training = trainingBuckets();
  const versions = Array.from({ length: originals }, (_, i) =>
    i < objects ? { index: i, version: 1 } : { index: 10 * (i - objects), version: 2 },
  );
  const eventOf = ({ index, version }: { index: number; version: number }, shape: number) =>
    bodyOf({ key: keyOf(index), sequencer: `0055AED6DCD9${version}${"0".repeat(shape % 3)}` }, shape);
  const put = (version: number) =>
    Promise.all(
      versions
        .filter((object) => object.version === version)
        .map(({ index }) => training.raw.put(keyOf(index), Buffer.from(contentOf(index, version)))),
    );
  const poison = Array.from({ length: count(shares.poison) }, (_, i) => `training/authentic_v1/poison-${i}.jpg`);
  for (const key of poison) await training.raw.put(key, Buffer.from(`poison ${key}`));

  const copies = countedCopies(training.processed, ifAbsent);
  const killedAt = shuffled(versions.slice(0, objects), random).slice(0, Math.round(originals * shares.killed));
  const plan = killPlan(killedAt.map(({ index }, i) => (i % 2 ? copyOf(index, 1) : keyOf(index))));
  const invoke = mortalIntake({ ...training, processed: copies.store }, plan.take);

  const firstWave = versions.filter(({ version }) => version === 1);
  const duplicates = Array.from({ length: count(shares.duplicates) }, (_, i) => ({
    id: `duplicate-${i}`,
    body: eventOf(versions[Math.floor(random() * versions.length)]!, i),
  }));
  const early = duplicates.filter(({ body }) => !body.includes("0055AED6DCD92")).slice(0, duplicates.length / 2);
  const bad = [
    ...malformedMessages(count(shares.malformed)),
    ...poison.map((key, i) => ({ id: `poison-${i}`, body: bodyOf({ key }, i) })),
  ];
  const messagesOf = (objects: typeof versions) =>
    objects.map((object, i) => ({ id: `v${object.version}-${object.index}`, body: eventOf(object, i) }));
  await put(1);
  const first = await deliverAll(
    shuffled([...messagesOf(firstWave), ...early, ...bad.slice(0, bad.length / 2)], random),
    invoke,
    areTheBad,
  );
  await put(2);
  const late = duplicates.filter((message) => !early.includes(message));
  const secondWave = versions.filter(({ version }) => version === 2);
  const second = await deliverAll(
    shuffled([...messagesOf(secondWave), ...late, ...bad.slice(bad.length / 2)], random),
    invoke,
    areTheBad,
  );
  return {
    records: versions.length + duplicates.length + bad.length,
    processed: training.processed,
    written: copies.written(),
    kills: first.kills + second.kills,
    killsLeft: plan.left.size,
    deadLetters: [...first.deadLetters, ...second.deadLetters],
    inexact: first.inexact + second.inexact,
    expected: versions.map(({ index, version }) => copyOf(index, version)),
  };
}

it("6,000 events of training images lead to one copy per object and version, and to exact partial failures", async () => {
  const run = await runIntake(6000, true);
  const { records, kills, killsLeft, written, inexact, deadLetters, expected } = run;
  console.log(JSON.stringify({ records, kills, written, dead_letters: deadLetters.length, inexact }));
  expect(records).toBe(6000);
  expect(killsLeft).toBe(0);
  expect(kills).toBeGreaterThan(150);
  expect(await keysOf(run.processed)).toEqual([...expected].sort());
  expect(written).toBe(expected.length);
  expect(inexact).toBe(0);
  expect(deadLetters.every(isBad)).toBe(true);
  expect(deadLetters).toHaveLength(180);
});

it("the test notices copies that are written more than once", async () => {
  const { written, expected } = await runIntake(500, false);
  expect(written).toBeGreaterThan(expected.length);
});

interface AnalysesRun {
  readonly records: readonly Analysis[];
  readonly performed: number;
  readonly kills: number;
  readonly deadLetters: readonly string[];
  readonly inexact: number;
  readonly completed: number;
}

/** Messages that name submitted analyses, delivered to functions that die half-way. */
async function runAnalyses(count: number): Promise<AnalysesRun> {
  const random = seededRandom(11);
  const clock = { ms: Date.UTC(2027, 0, 15) };
  const now = () => clock.ms;
  const tables = new MemoryTableStore({ now });
  const repository = await AnalysisRepository.open(tables, { now });
  const [duplicates, malformed] = [Math.round(count * shares.duplicates), Math.round(count * shares.malformed)];
  const ids = Array.from({ length: count - duplicates - malformed }, (_, i) => `a${i}`);
  for (const [i, request_id] of ids.entries()) await repository.create(pending(request_id, i, clock.ms));
  const toKill = new Set(shuffled(ids, random).slice(0, Math.round(count * shares.killed)));
  let [kills, performed] = [0, 0];
  const start = async () => {
    const life = new Life();
    const store: TableStore = mortal(tables, life, () => undefined);
    const mine = await AnalysisRepository.open(store, { now });
    const stores = { repository: mine, queue: new OpenWorkQueue(mine, { now }) };
    const perform = async ({ request_id }: Analysis) => {
      if (toKill.delete(request_id)) {
        kills += 1;
        life.end();
        return await new Promise<never>(() => undefined);
      }
      performed += 1;
      return { forgery_score: 50, verdict: "SUSPICIOUS" as const };
    };
    const artguard = {
      processSubmitted: (id: string) => processSubmitted(id, stores, perform, { owner: "function", leaseMs: 60_000 }),
    };
    return { life, handler: sqsBatchHandler({ artguard, onFailure, concurrency: 4 }) };
  };
  let running = await start();
  const spare = [await start()];
  const invoke = (event: unknown) => {
    if (running.life.isOver) {
      // What comes again does so after the visibility timeout, which is longer than a lease.
      clock.ms += 61_000;
      running = spare.pop()!;
      void start().then((next) => spare.push(next));
    }
    return { answer: running.handler(event, unhurried), killed: running.life.killed };
  };
  const message = (id: string, request_id: string) => ({ id, body: JSON.stringify({ request_id }) });
  const messages = [
    ...ids.map((id) => message(id, id)),
    ...Array.from({ length: duplicates }, (_, i) => message(`duplicate-${i}`, ids[Math.floor(random() * ids.length)]!)),
    ...malformedMessages(malformed),
  ];
  // Two messages about one analysis in a batch: one of them finds it held, and comes again.
  const isExact = async (batch: readonly QueuedMessage[], failed: readonly string[]) => {
    for (const { id, body } of batch) {
      if (isBad(id) ? !failed.includes(id) : !failed.includes(id) && !(await hasEnded(body))) return false;
      if (failed.includes(id) && !isBad(id) && batch.filter((other) => other.body === body).length < 2) return false;
    }
    return true;
  };
  const hasEnded = async (body: string) => (await repository.get(JSON.parse(body).request_id)).status === "COMPLETED";
  const { deadLetters, inexact } = await deliverAll(shuffled(messages, random), invoke, isExact);
  const records: Analysis[] = [];
  for (const id of ids) records.push(await repository.get(id));
  const completed = (await repository.counts()).by_status.COMPLETED;
  return { records, performed, kills, deadLetters, inexact, completed };
}

function pending(request_id: string, index: number, created_at: number): Analysis {
  return analysisSchema.parse({
    request_id,
    created_at,
    timestamp_iso: new Date(created_at).toISOString(),
    status: "PENDING",
    filename: "a.png",
    content_type: "image/png",
    size_bytes: 1,
    open_work: `OPEN#${index % 8}`,
    attempt: 0,
    fence: 0,
  });
}

it("4,000 messages about submitted analyses lead to one result each, and to exact partial failures", async () => {
  const { records, performed, kills, deadLetters, completed, inexact } = await runAnalyses(4000);
  console.log(
    JSON.stringify({ analyses: records.length, kills, performed, dead_letters: deadLetters.length, inexact }),
  );
  expect(kills).toBe(200);
  expect(records.every(({ status }) => status === "COMPLETED")).toBe(true);
  expect(inexact).toBe(0);
  // Work is done again when a process dies before its result is written; counters would tell of a second result.
  expect(performed).toBeGreaterThan(records.length);
  expect(completed).toBe(records.length);
  expect(deadLetters.every(isBad)).toBe(true);
  expect(deadLetters).toHaveLength(80);
});
