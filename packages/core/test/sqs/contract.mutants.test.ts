import type { ReceiveOptions, WorkAnnouncement } from "@artguard/core";
import { MemoryWorkAnnouncements, workAnnouncementsContract } from "@artguard/core/testing";
import { expect, it } from "vitest";

/** Sentences of the contract that do not hold. */
async function broken(make: () => MemoryWorkAnnouncements): Promise<string[]> {
  const tests: { name: string; body: () => Promise<void> }[] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void tests.push({ name, body }),
  };
  const made = new WeakMap<object, MemoryWorkAnnouncements>();
  workAnnouncementsContract(runner, "mutant", {
    create: async () => {
      const announcements = make();
      made.set(announcements, announcements);
      return announcements;
    },
    putMalformed: async (announcements) => made.get(announcements)!.put(undefined),
  });
  const failures: string[] = [];
  await Promise.all(tests.map(({ name, body }) => body().catch(() => failures.push(name))));
  return failures;
}

/** Announcements that are received in another way. */
class Mutant extends MemoryWorkAnnouncements {
  readonly #change: (received: WorkAnnouncement) => WorkAnnouncement;
  readonly #options: Partial<ReceiveOptions>;
  constructor(change: (received: WorkAnnouncement) => WorkAnnouncement, options: Partial<ReceiveOptions> = {}) {
    super();
    this.#change = change;
    this.#options = options;
  }
  override async receive(options: ReceiveOptions) {
    return (await super.receive({ ...options, ...this.#options })).map(this.#change);
  }
}

const same = (received: WorkAnnouncement) => received;
const idle = async () => undefined;
const hides = "hides what was received, gives it back when asked to, and forgets what was removed";

it.each<[string, () => MemoryWorkAnnouncements, string]>([
  ["hides nothing", () => new Mutant(same, { hideMs: 0 }), hides],
  ["gives nothing back", () => new Mutant((one) => ({ ...one, hide: idle })), hides],
  ["removes nothing", () => new Mutant((one) => ({ ...one, remove: idle })), hides],
  ["hides for ever", () => new Mutant(same, { hideMs: 1e9 }), "gives again what was hidden for a time that is over"],
  ["gives all at once", () => new Mutant(same, { most: 10 }), "gives no more at a time than asked for"],
  [
    "makes up a name for what has none",
    () => new Mutant((one) => ({ ...one, requestId: one.requestId ?? "" })),
    "hands on a message that names no analysis as such",
  ],
])("the contract finds announcements that %s", async (_, make, sentence) => {
  expect(await broken(make)).toContain(sentence);
});
