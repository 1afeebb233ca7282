import { sqlite } from "@artguard/core/sqlite";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { judgeRun } from "./judge-run.ts";
import { type FaultPlan, runFaults } from "./run-faults.ts";

const plan: FaultPlan = {
  jobs: 2000,
  workers: 4,
  kills: 100,
  stops: 50,
  leaseMs: 800,
  poisonEvery: 100,
  longEvery: 10,
  longMs: 300,
  fence: true,
};

async function figuresOf(changed: Partial<FaultPlan> = {}) {
  const path = `${temporaryFolder()}/work.db`;
  await using store = await sqlite({ path });
  const changedPlan = { ...plan, ...changed };
  const started = performance.now();
  const run = await runFaults(path, store, changedPlan);
  const figures = judgeRun(run, changedPlan);
  const { jobs, workers, kills, stops, fence } = changedPlan;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(JSON.stringify({ jobs, workers, kills, stops, fence, ...figures, seconds }));
  return figures;
}

it("workers that are killed and stopped lose no analysis and write none twice", async () => {
  const figures = await figuresOf();
  expect(figures).toMatchObject({
    completed: 1980,
    lost: 0,
    committed_twice: 0,
    stale_results: 0,
    dead_letters: 20,
    wrong_dead_letters: 0,
  });
  expect(figures.stale_writes_refused).toBeGreaterThanOrEqual(5);
  expect(figures.reclaimed).toBeGreaterThan(100);
  expect(figures.slowest_reclaim_ms).toBeLessThanOrEqual(2 * plan.leaseMs + 1000);
}, 300_000);

it("the test notices workers without a fence", async () => {
  const figures = await figuresOf({
    jobs: 10,
    kills: 0,
    stops: 10,
    longEvery: 1,
    leaseMs: 600,
    longMs: 900,
    fence: false,
  });
  expect(figures.stale_results).toBeGreaterThan(0);
}, 120_000);
