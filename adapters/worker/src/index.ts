export { type RunWorkerOptions, runWorker, type WorkerEvent, type WorkerHealth } from "./run-worker.ts";
