import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { namespaceMark, operation, startSeconds } from "./arbitraries.ts";
import type { Loss, LossyNetwork } from "./lossy-network.ts";
import { type Operation, type Outcome, outcomeOf } from "./operations.ts";
import type { Subject } from "./subjects.ts";

/** One step of a sequence. `loss` is what the network does to the call. */
type Step =
  | { readonly step: "call"; readonly operation: Operation; readonly loss?: Loss | undefined }
  | { readonly step: "advance"; readonly seconds: number }
  | { readonly step: "restart" };

/** What the sequences work on. */
export interface World {
  /** Epoch milliseconds, as all stores see them. */
  readonly clock: { now: number };
  /** The store whose outcomes the others must have. */
  readonly reference: Subject;
  readonly others: readonly Subject[];
  /** The one of the others whose network loses requests. */
  readonly lossy?: { readonly subject: Subject; readonly network: LossyNetwork };
  /** How often each kind of step was done. */
  readonly done: Map<string, number>;
  /** Sequences so far, to keep their items apart. */
  sequences: number;
}

const steps = [
  fc.record({
    step: fc.constant("call" as const),
    operation,
    loss: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom<Loss>("the request", "the answer") },
    ),
  }),
  // In all less than the 10 minutes for which DynamoDB, by its own clock, remembers a token.
  fc.record({ step: fc.constant("advance" as const), seconds: fc.constantFrom(5, 20) }),
  fc.constant<Step>({ step: "restart" }),
].map((arbitrary) => arbitrary.map((step: Step) => new StepCommand(step)));

/** That no sequence of calls, with restarts and lost requests between, tells the stores apart. */
export function storesAgree(world: World) {
  // Most steps are calls.
  const commands = fc.commands([...Array.from({ length: 8 }, () => steps[0]!), ...steps.slice(1)], {
    maxCommands: 20,
    size: "max",
  });
  return fc.asyncProperty(commands, async (sequence) => {
    world.sequences++;
    world.clock.now = startSeconds * 1000;
    for (const { tables } of [world.reference, ...world.others]) tables.listings.clear();
    await fc.asyncModelRun(() => ({ model: {}, real: world }), sequence);
    await agree(world, "at the end", everything);
  });
}

class StepCommand implements fc.AsyncCommand<object, World> {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  check(): boolean {
    return true;
  }

  async run(_: object, world: World): Promise<void> {
    const step = this.#step;
    count(world, step.step === "call" ? step.operation.do : step.step);
    if (step.step === "advance") world.clock.now += step.seconds * 1000;
    else if (step.step === "restart") for (const subject of world.others) await subject.restart();
    else await call(world, inNamespace(world, step.operation), step.loss);
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

async function call(world: World, operation: Operation, loss: Loss | undefined): Promise<void> {
  const { lossy, reference, others } = world;
  const outcomes = new Map<Subject, Outcome>();
  if (lossy !== undefined) {
    const outcome = await lossyOutcome(lossy, operation, loss);
    if (outcome !== undefined) outcomes.set(lossy.subject, outcome);
    else if (!(await happened(world, lossy.subject))) return;
  }
  const expected = await outcomeOf(reference.tables, operation);
  for (const subject of others) {
    if (subject !== lossy?.subject) outcomes.set(subject, await outcomeOf(subject.tables, operation));
  }
  for (const [{ name }, outcome] of outcomes) assert.deepEqual(outcome, expected, `${name} differs`);
  if (lossy && !outcomes.has(lossy.subject)) await agree(world, "after a lost answer", [allThings]);
}

/** The outcome of a call that meets a loss; undefined when the caller cannot know it. */
async function lossyOutcome(
  { subject, network }: NonNullable<World["lossy"]>,
  operation: Operation,
  loss: Loss | undefined,
): Promise<Outcome | undefined> {
  network.lose(loss);
  const outcome = await outcomeOf(subject.tables, operation);
  network.lose(undefined);
  return "code" in outcome && outcome.code === "storage.unavailable" ? undefined : outcome;
}

/** Whether a call of unknown outcome has left something behind. */
async function happened(world: World, subject: Subject): Promise<boolean> {
  count(world, "unknown outcome");
  const stored = await outcomeOf(subject.tables, inNamespace(world, allThings));
  return !isDeepStrictEqual(stored, await outcomeOf(world.reference.tables, inNamespace(world, allThings)));
}

/** Fails unless the stores answer all of these reads alike. */
async function agree(world: World, when: string, reads: readonly Operation[]): Promise<void> {
  const answers = ({ tables }: Subject) =>
    Promise.all(reads.map((read) => outcomeOf(tables, inNamespace(world, read))));
  const expected = await answers(world.reference);
  for (const subject of world.others) {
    assert.deepEqual(await answers(subject), expected, `${subject.name} holds something else ${when}`);
  }
}

const allThings: Operation = {
  do: "batchGet",
  keys: ["§a", "§b"].flatMap((id) => [1, 2, 3].map((at) => ({ id, at }))),
};

/** Reads that find everything of a sequence, by key and through the indexes. */
const everything: readonly Operation[] = [
  allThings,
  ...["§me", "§you"].flatMap((partition): Operation[] => [
    { do: "query", query: { index: "owner-index", partition } },
    { do: "queryNames", query: { partition, consistent: true } },
  ]),
  ...["§open", "§done"].map((partition): Operation => ({ do: "query", query: { index: "state-index", partition } })),
];

function inNamespace(world: World, operation: Operation): Operation {
  return JSON.parse(JSON.stringify(operation).replaceAll(namespaceMark, `${world.sequences}/`));
}

function count({ done }: World, what: string): void {
  done.set(what, (done.get(what) ?? 0) + 1);
}
