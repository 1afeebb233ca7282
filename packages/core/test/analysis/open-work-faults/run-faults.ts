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
  /** One in so many jobs lasts longer than a lease. */
  readonly longEvery: number;
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

/** Runs workers on jobs and lets faults happen to them until there were enough and every job has ended. */
export async function runFaults(path: string, store: TableStore, plan: FaultPlan): Promise<FaultRun> {
  const repository = await AnalysisRepository.open(store);
  const events: WorkerEvent[] = [];
  const faults: Fault[] = [];
  const args = [path, `${plan.leaseMs}`, plan.fence ? "fence" : "no-fence"];
  let started = 0;
  const start = () => new WorkerProcess(`w${started++}`, args, (event) => events.push(event));
  const crew = Array.from({ length: plan.workers }, start);
  const revive = () =>
    crew.forEach((worker, index) => {
      if (!worker.isAlive) crew[index] = start();
    });
  try {
    await injectFaults(repository, plan, crew, revive, faults);
    while (await hasOpenWork(repository)) {
      revive();
      await sleep(100);
    }
  } finally {
    await Promise.all(crew.map((worker) => worker.end()));
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
  const createJob = async () => {
    if (created < plan.jobs) await repository.create(job(created++, plan));
  };
  for (let fault = 0; fault < total; fault++) {
    while (created < (plan.jobs * (fault + 1)) / total) await createJob();
    const isStop = Math.floor(((fault + 1) * plan.stops) / total) > Math.floor((fault * plan.stops) / total);
    const victim = await busyOne(crew, stopped, async () => {
      revive();
      await createJob();
    });
    faults.push({ id: victim.last!.id, fence: victim.last!.fence, at: Date.now() });
    victim.signal(isStop ? "SIGSTOP" : "SIGKILL");
    if (!isStop) continue;
    const wake = sleep(2 * plan.leaseMs).then(() => {
      victim.signal("SIGCONT");
      stopped.delete(victim);
    });
    stopped.set(victim, wake);
  }
  await Promise.all(stopped.values());
}

/** A worker in the middle of a job; never stops the last two that run. */
async function busyOne(
  crew: readonly WorkerProcess[],
  stopped: ReadonlyMap<WorkerProcess, Promise<void>>,
  encourage: () => Promise<void>,
): Promise<WorkerProcess> {
  for (;;) {
    const busy = crew.filter((worker) => worker.isBusy && !stopped.has(worker));
    const victim = busy[Math.floor(Math.random() * busy.length)];
    if (victim && stopped.size <= crew.length - 3) return victim;
    await encourage();
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
  if (isEvery(10 * poisonEvery)) return "crash";
  if (isEvery(poisonEvery)) return "poison";
  return index % longEvery === 0 ? "long" : "short";
}
