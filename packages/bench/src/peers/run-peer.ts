import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Peer } from "./peer.ts";

/** An image for a peer and where its map goes. */
export interface PeerJob {
  readonly image: string;
  readonly map: string;
}

/** What a peer says of one image. */
export interface PeerVerdict {
  readonly image: string;
  /** Higher is more suspicious. */
  readonly score: number;
  /** By the peer's own rule; null without one. */
  readonly accused: boolean | null;
  /** CPU seconds. */
  readonly seconds: number;
}

/** Why a peer failed on one image. */
export interface PeerFailure {
  readonly image: string;
  readonly error: string;
}

/** One thread, so that CPU seconds compare; no compiled files beside the wrappers. */
const environment = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

/**
 * Runs a peer over all jobs in one child process and gives its answers in their order.
 *
 * @param folder Where the list of jobs is written.
 * @throws Error when the process ends badly or answers for other images than it was asked for.
 */
export async function runPeer(
  { name, command }: Peer,
  jobs: readonly PeerJob[],
  folder: string,
): Promise<(PeerVerdict | PeerFailure)[]> {
  const list = join(folder, "jobs.json");
  writeFileSync(list, JSON.stringify(jobs));
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, [...args, list], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints = `${complaints}${text}`.slice(-2000);
  });
  const answers: (PeerVerdict | PeerFailure)[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith("{")) continue;
    answers.push(JSON.parse(line));
    process.stderr.write(`\r${name} ${answers.length}/${jobs.length} `);
  }
  process.stderr.write("\n");
  const [code] = await ended;
  if (code !== 0 || answers.some(({ image }, index) => image !== jobs[index]?.image) || answers.length !== jobs.length)
    throw new Error(`${name} ended with ${code} after ${answers.length} of ${jobs.length} images: ${complaints}`);
  return answers;
}
