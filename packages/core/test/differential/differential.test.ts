import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFile } from "../sqlite/temporary-file.ts";
import { LossyNetwork } from "./lossy-network.ts";
import { mutants } from "./mutants.ts";
import { storesAgree, type World } from "./sequences.ts";
import { dynamodbSubject, memorySubject, sqliteSubject } from "./subjects.ts";

const sequences = Number(process.env["ARTGUARD_DIFFERENTIAL_SEQUENCES"] ?? 300);
/** Some 100 ms a sequence; more where the machine is busy. */
const timeoutMs = Math.max(300_000, sequences * 1_000);
const seed = Number(process.env["ARTGUARD_DIFFERENTIAL_SEED"] ?? 20_260_000);

async function worldOf(clock: World["clock"], rest: Pick<World, "others" | "lossy">): Promise<World> {
  return { clock, reference: await memorySubject(() => clock.now), done: new Map(), sequences: 0, ...rest };
}

async function closeAll({ reference, others }: World): Promise<void> {
  for (const { close } of [reference, ...others]) await close();
}

describe("all stores", () => {
  const canRun = canRunDynamoDBLocal();
  let local: DynamoDBLocal | undefined;
  beforeAll(async () => {
    if (canRun) local = await startDynamoDBLocal();
  });
  afterAll(async () => local?.[Symbol.asyncDispose]());

  it(
    `agree on ${sequences} random sequences of calls, restarts and lost requests (seed ${seed})`,
    async () => {
      const clock = { now: 0 };
      const now = () => clock.now;
      const network = new LossyNetwork();
      const lossy = local && { subject: await dynamodbSubject(local, network, now), network };
      const others = [await sqliteSubject(temporaryFile(), now), ...(lossy ? [lossy.subject] : [])];
      const world = await worldOf(clock, { others, ...(lossy && { lossy }) });
      await fc.assert(storesAgree(world), { numRuns: sequences, seed });
      await closeAll(world);
      const calls = [...world.done].map(([what, times]) => `${what} ${times}`).join(", ");
      console.log(`differential test: ${world.sequences} sequences, ${network.lost} lost requests; ${calls}`);
      expect(world.sequences).toBeGreaterThanOrEqual(sequences);
      if (lossy) expect(network.lost).toBeGreaterThan(0);
      for (const what of ["restart", "advance", "page", "transact"]) expect(world.done.get(what)).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});

describe("the comparison finds", () => {
  it.each(Object.entries(mutants))("a store that %s", async (_, alter) => {
    const clock = { now: 0 };
    const world = await worldOf(clock, { others: [await memorySubject(() => clock.now, alter)] });
    const { failed } = await fc.check(storesAgree(world), { numRuns: sequences, seed, endOnFailure: true });
    await closeAll(world);
    expect(failed, `not within ${world.sequences} sequences`).toBe(true);
  });
});
