/**
 * Does submitted analyses, sweeps what has expired, drains when it is told to end.
 *
 * @module @artguard/worker
 */
export { type RunWorkerOptions, runWorker, type WorkerEvent, type WorkerHealth } from "./run-worker.ts";
