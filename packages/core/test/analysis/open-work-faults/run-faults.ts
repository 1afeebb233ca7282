import { setTimeout as sleep } from "node:timers/promises";
import { type Analysis, AnalysisRepository, type TableStore } from "@artguard/core";
import { pending } from "../../fixtures/analysis-records.ts";
import { type WorkerEvent, WorkerProcess } from "./worker-process.ts";

/** What to run. */
export interface FaultPlan {
  readonly jobs: number;
  readonly workers: number;
  readonly kills: number;
  readonly stops: number;
  readonly leaseMs: number;
  /** One in so many jobs never succeeds; every tenth of those takes its worker with it. */
  readonly poisonEvery: number;
  /** One in so many jobs lasts `longMs`; workers are stopped in the middle of those. */
  readonly longEvery: number;
  readonly longMs: number;
  readonly fence: boolean;
}

/** When a worker in the middle of a job was made to stop, for ever or for twice the lease. */
interface Fault extends Pick<WorkerEvent, "id" | "fence"> {
  readonly at: number;
}

/** What happened. */
export interface FaultRun {
  readonly records: readonly Analysis[];
  readonly events: readonly WorkerEvent[];
  readonly faults: readonly Fault[];
  readonly kills: number;
  readonly stops: number;
  readonly counts: Awaited<ReturnType<AnalysisRepository["counts"]>>;
}

/** Fewer than attempts: a good job shall not look like poison. */
const faultsPerJob = 2;

/** Runs workers on jobs and lets faults happen to them until there were enough and every job has ended. */
export async function runFaults(path: string, store: TableStore, plan: FaultPlan): Promise<FaultRun> {
  const repository = await AnalysisRepository.open(store);
  const events: WorkerEvent[] = [];
  const faults: Fault[] = [];
  const args = [path, `${plan.leaseMs}`, `${plan.longMs}`, plan.fence ? "fence" : "no-fence"];
  let started = 0;
  const start = () => new WorkerProcess(`w${started++}`, args, (event) => events.push(event));
  // To start a process takes a moment: replacements wait in reserve.
  const reserve = Array.from({ length: 2 }, start);
  const next = () => {
    reserve.push(start());
    return reserve.shift()!.begin();
  };
  const crew = Array.from({ length: plan.workers }, next);
  const revive = () =>
    crew.forEach((worker, index) => {
      if (!worker.isAlive) crew[index] = next();
    });
  try {
    await injectFaults(repository, plan, crew, revive, faults);
    while (await hasOpenWork(repository)) {
      revive();
      await sleep(100);
    }
  } finally {
    await Promise.all([...crew, ...reserve].map((worker) => worker.end()));
  }
  const records: Analysis[] = [];
  for (let i = 0; i < plan.jobs; i++) records.push(await repository.get(`r${i}`));
  return { records, events, faults, kills: plan.kills, stops: plan.stops, counts: await repository.counts() };
}

/** Jobs arrive as faults happen, so that there is work until the last fault. */
async function injectFaults(
  repository: AnalysisRepository,
  plan: FaultPlan,
  crew: readonly WorkerProcess[],
  revive: () => void,
  faults: Fault[],
): Promise<void> {
  const total = plan.kills + plan.stops;
  const stopped = new Map<WorkerProcess, Promise<void>>();
  let created = 0;
  const createUntil = async (count: number) => {
    while (created < Math.min(count, plan.jobs)) await repository.create(job(created++, plan));
  };
  for (let fault = 0; fault < total; fault++) {
    await createUntil((plan.jobs * (fault + 1)) / total);
    const isStop = Math.floor(((fault + 1) * plan.stops) / total) > Math.floor((fault * plan.stops) / total);
    const isVictim = (worker: WorkerProcess) =>
      faults.filter(({ id }) => id === worker.last?.id).length < faultsPerJob && (!isStop || isInLongJob(worker, plan));
    const victim = await victimOf(crew, stopped, isVictim, async () => {
      revive();
      await createUntil(created + 1);
    });
    faults.push({ id: victim.last!.id, fence: victim.last!.fence, at: Date.now() });
    if (isStop)
      stopped.set(
        victim,
        victim.suspend(2 * plan.leaseMs).then(() => void stopped.delete(victim)),
      );
    else victim.kill();
    revive();
  }
  await Promise.all(stopped.values());
}

/** Begun a moment ago, so that it is not in the middle of a write, where it would hold up all the others. */
function isInLongJob({ last }: WorkerProcess, plan: FaultPlan): boolean {
  return (
    last !== undefined && kindOf(Number(last.id.slice(1)), plan) === "long" && Date.now() - last.at < plan.longMs / 2
  );
}

/** Waits for a worker in the middle of a job while another one is at work; brings jobs when there are none. */
async function victimOf(
  crew: readonly WorkerProcess[],
  stopped: ReadonlyMap<WorkerProcess, Promise<void>>,
  isVictim: (worker: WorkerProcess) => boolean,
  encourage: () => Promise<void>,
): Promise<WorkerProcess> {
  for (let waited = 1; ; waited++) {
    const atWork = crew.filter((worker) => worker.isAlive && worker.last && !stopped.has(worker));
    const busy = atWork.filter((worker) => worker.isBusy && isVictim(worker));
    const victim = busy[Math.floor(Math.random() * busy.length)];
    if (victim && atWork.length >= 2) return victim;
    if (waited % 100 === 0) await encourage();
    await sleep(5);
  }
}

async function hasOpenWork(repository: AnalysisRepository): Promise<boolean> {
  for (const status of ["PENDING", "PROCESSING"] as const)
    if ((await repository.byStatus(status, { limit: 1 })).items.length > 0) return true;
  return false;
}

function job(index: number, plan: FaultPlan): Analysis {
  const attributes = { created_at: Date.now(), filename: kindOf(index, plan), open_work: `OPEN#${index % 8}` };
  return pending(`r${index}`, attributes);
}

function kindOf(index: number, { poisonEvery, longEvery }: FaultPlan): string {
  const isEvery = (count: number) => index % count === count - 1;
  if (index % (10 * poisonEvery) === poisonEvery - 1) return "crash";
  if (isEvery(poisonEvery)) return "poison";
  return index % longEvery === 0 ? "long" : "short";
}
