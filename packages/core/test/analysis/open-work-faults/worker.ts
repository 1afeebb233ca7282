// One worker of the fault test: node worker.ts <database> <owner> <lease ms> <long job ms> <fence | no-fence>
// Says on standard output what it does, a line each, written before the next step: claimed, committed, refused.
import { once } from "node:events";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Analysis } from "../../../src/analysis/analysis.ts";
import { AnalysisRepository } from "../../../src/analysis/analysis-repository.ts";
import { type Claim, OpenWorkQueue } from "../../../src/analysis/open-work-queue.ts";
import { processOpenWork } from "../../../src/analysis/process-open-work.ts";
import { isArtGuardError } from "../../../src/errors/artguard-error.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { maxAttempts } from "./limits.ts";
import { withoutFence } from "./without-fence.ts";

const [path = "", owner = "", lease = "", longMs = "", variant] = process.argv.slice(2);
const leaseMs = Number(lease);

function say(event: string, { request_id, fence }: Analysis): void {
  writeSync(1, `${event} ${request_id} ${fence} ${Date.now()}\n`);
}

/** Tells which writes were made and which were refused. */
class TellingQueue extends OpenWorkQueue {
  override async complete(claim: Claim, result: Partial<Analysis>): Promise<Analysis> {
    const ended = await told(claim, () => super.complete(claim, result));
    say("committed", claim.record);
    return ended;
  }

  override heartbeat(claim: Claim): Promise<Claim> {
    return told(claim, () => super.heartbeat(claim));
  }
}

async function told<Result>({ record }: Claim, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (isArtGuardError(error, "analysis.lease-lost")) say("refused", record);
    throw error;
  }
}

async function perform(record: Analysis): Promise<Partial<Analysis>> {
  say("claimed", record);
  if (record.filename === "crash") process.kill(process.pid, "SIGKILL");
  await sleep(record.filename === "long" ? Number(longMs) : 20);
  if (record.filename === "poison") throw new Error("seeded defect");
  return { forgery_score: 50, verdict: "SUSPICIOUS", ai_analysis: `by fence ${record.fence}` };
}

// Started in reserve: begins when it is told to.
await once(process.stdin, "data");
process.stdin.unref();
const file = await sqlite({ path });
const repository = await AnalysisRepository.open(variant === "no-fence" ? withoutFence(file) : file);
const queue = new TellingQueue(repository, { maxAttempts });
say("started", { request_id: "-", fence: 0 } as Analysis);
for (;;) {
  await processOpenWork(queue, perform, { owner, leaseMs, retryDelayMs: 20 });
  await sleep(20);
}
