import { ArtGuardError } from "@artguard/core";
import {
  type AccessGate,
  defineOperation,
  governed,
  openAccess,
  type Policy,
  type Resource,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { contextOf } from "../fixtures/contexts.ts";
import { by, RecordingAudit } from "../fixtures/governed-place.ts";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";

const things: Readonly<Record<string, Resource>> = {
  restricted: { kind: "dataset", id: "restricted", ownerId: "ada", classification: "restricted" },
  internal: { kind: "dataset", id: "internal", ownerId: "ada" },
};

const readDataset = defineOperation({
  name: "dataset.read",
  input: z.strictObject({ id: z.string() }),
  permission: "dataset.read",
  effect: "read",
  audit: "data-access",
  target: ({ id }) => (Object.hasOwn(things, id) ? things[id] : undefined),
  absent: () => new ArtGuardError("access.unknown-resource", "there is no such dataset"),
  handler: async ({ id }) => id,
});

/** Asks for two things as `staff`: what is told of each, and how many decisions that took. */
async function askedFor(ids: readonly string[], policy: Policy) {
  const { now } = testClock();
  const access = await openAccess({ tables: await openedStore(storeKinds[0]![1], now), policy, now });
  let decisions = 0;
  const counting: AccessGate = {
    validateAccess: (request) => {
      decisions += 1;
      return access.validateAccess(request);
    },
  };
  const staff = contextOf("eve", { roles: ["staff"] });
  const governance = governed({
    operations: [readDataset],
    audit: new RecordingAudit(),
    identity: { authenticate: async () => staff },
    access: counting,
  });
  const answers: { told: unknown; decisions: number }[] = [];
  for (const id of ids) {
    decisions = 0;
    const outcome = await governance.attempt("dataset.read", { id }, by("eve"));
    const told = outcome.ok ? "ok" : { ...outcome.envelope.error, trace_id: "" };
    answers.push({ told, decisions });
  }
  return answers;
}

const restrictedIsShut: Policy["rules"][number] = {
  id: "restricted-is-shut",
  effect: "deny",
  permissions: ["dataset.read"],
  when: { classification_at_least: "restricted" },
};
const notOnesOwn: Policy["rules"][number] = {
  id: "not-ones-own",
  effect: "deny",
  permissions: ["dataset.read"],
  when: { relation: "owner" },
};
const stepUp: Policy["rules"][number] = {
  id: "step-up",
  effect: "deny",
  permissions: ["dataset.read"],
  when: { not: { multi_factor: {} } },
};

describe("what a rule refuses because of the thing", () => {
  it.each<[string, Policy["rules"]]>([
    ["a rule on its classification", [restrictedIsShut]],
    ["that rule, and one against acting on one's own", [restrictedIsShut, notOnesOwn]],
    ["that rule, and one that asks for a second factor", [restrictedIsShut, stepUp]],
  ])("is answered as what is not there, after as many decisions: %s", async (_, rules) => {
    const [refused, absent] = await askedFor(["restricted", "absent"], {
      roles: { staff: { any: ["dataset.read"] } },
      rules,
    });
    expect(refused).toEqual(absent);
    expect(refused!.told).not.toBe("ok");
  });

  it("is refused because of the thing alone: another one can be read", async () => {
    const policy = { roles: { staff: { any: ["dataset.read"] } }, rules: [restrictedIsShut, notOnesOwn] };
    expect((await askedFor(["internal"], policy))[0]!.told).toBe("ok");
  });
});
