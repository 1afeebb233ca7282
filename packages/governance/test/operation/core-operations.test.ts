import {
  Admissions,
  createArtGuard,
  defineAnalysisTable,
  defineUserTable,
  MemoryTableStore,
  openPrivacy,
  type ProgressEvent,
  quotaGate,
  sweepAll,
  UserRepository,
  userIdOf,
} from "@artguard/core";
import { type ApprovalGate, auditMethods, governedSweeps, openUsage } from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { encoded, gradient } from "../../../core/test/fixtures/synthetic-images.ts";
import { by, governedPlace } from "../fixtures/governed-place.ts";

const picture = await encoded(gradient(30, 20).png());

describe("core's use cases under the rules", () => {
  it("each name a permission, a method of the audit log and what they act on; what acts on one thing says what is absent", async () => {
    const { operations } = (await governedPlace()).governance;
    const said = /^[a-z-]+\.[a-z-]+$/;
    const wrong = operations.filter(({ permission, audit, name, target, absent, input }) => {
      const ofOneThing = input.safeParse({ requestId: "a1" }).success;
      return (
        !said.test(permission) ||
        !said.test(name) ||
        !auditMethods.includes(audit) ||
        !target ||
        (ofOneThing && !absent)
      );
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(operations.length).toBeGreaterThan(30);
  });

  it("an operation that needs approval here asks custodians first; a misspelt name is refused", async () => {
    const asked: string[] = [];
    const approvals: ApprovalGate = {
      request: async (_, { operation }) => {
        asked.push(operation);
        return "approval-1";
      },
      consume: async (_, id) => void asked.push(id),
    };
    const { governance, storeAnalysis, access } = await governedPlace({ approvals, approvalFor: ["grant.create"] });
    await storeAnalysis("a1", "ada");
    const share = {
      resource: { kind: "analysis", id: "a1" },
      grantee: { kind: "user", id: "rex" },
      permission: "analysis.read",
    } as const;
    const grant = (more = {}) => governance.run(governance.core.grant.create, share, { ...by("ada"), ...more });
    await expect(grant()).rejects.toMatchObject({
      code: "operation.approval-required",
      details: { approval_id: "approval-1" },
    });
    expect((await access.grantsOn(share.resource)).items).toEqual([]);
    await grant({ approvalId: "approval-1" });
    expect(asked).toEqual(["grant.create", "approval-1"]);
    await expect(governedPlace({ approvals, approvalFor: ["grant.crate"] })).rejects.toMatchObject({
      code: "operation.invalid-declaration",
    });
  });

  it("an analysis belongs to its caller, is shared by a grant, and is gone with its grants when it is deleted", async () => {
    const { governance, access, audit } = await governedPlace();
    const { core, run } = governance;
    const events: ProgressEvent["type"][] = [];
    const onProgress = (event: ProgressEvent) => void events.push(event.type);
    const { request_id: requestId, user_id } = await run(
      core.analysis.create,
      { bytes: picture, onProgress },
      by("ada"),
    );
    expect([user_id, events[0], events.at(-1)]).toEqual(["ada", "created", "completed"]);
    const hidden = { code: "analysis.not-found", message: `there is no analysis ${requestId}` };
    await expect(run(core.analysis.read, { requestId }, by("rita"))).rejects.toMatchObject(hidden);
    const resource = { kind: "analysis", id: requestId };
    const share = { resource, grantee: { kind: "organization", id: "museum" }, permission: "analysis.read" } as const;
    await run(core.grant.create, share, by("ada"));
    expect(await run(core.analysis.read, { requestId }, by("rita"))).toMatchObject({ request_id: requestId });
    await expect(run(core.analysis.delete, { requestId }, by("rita"))).rejects.toMatchObject(hidden);
    expect(await run(core.grant.revoke, share, by("ada"))).toEqual({ revoked: true });
    await expect(run(core.analysis.read, { requestId }, by("rita"))).rejects.toMatchObject(hidden);
    await run(core.grant.create, share, by("ada"));
    await run(core.analysis.delete, { requestId }, by("ada"));
    expect((await access.grantsOn(resource)).items).toEqual([]);
    expect(audit.entries.find(({ outcome }) => outcome === "refused")).toMatchObject({
      resource: { kind: "analysis", id: requestId },
      details: { permission: "analysis.read", reason: "analysis.not-found" },
    });
    expect(
      audit.entries
        .filter(({ outcome }) => outcome === "refused")
        .map(({ operation, context }) => [operation, context.principal.id]),
    ).toEqual([
      ["analysis.read", "rita"],
      ["analysis.delete", "rita"],
      ["analysis.read", "rita"],
    ]);
  });

  it("the log says whose keys were made, listed and ended, and which", async () => {
    const { governance, users, audit } = await governedPlace();
    for (const user_id of ["ada", "rex"]) await users.create({ user_id, email: `${user_id}@example.org` });
    const { run, core } = governance;
    const { prefix } = await run(core.apiKey.create, { name: "ci", scopes: ["analysis.read"] }, by("ada"));
    await run(core.apiKey.list, { userId: "ada" }, by("root"));
    await run(core.apiKey.revoke, { userId: "ada", prefix }, by("root"));
    await governance.attempt("api-key.list", { userId: "ada" }, by("rex"));
    const told = audit.entries.filter(({ type }) => type !== "operation.begun");
    const { owner_id: whose, key_prefix, second_factor, scopes } = told[0]?.details ?? {};
    expect({ whose, key_prefix, second_factor, scopes }).toEqual({
      ...{ whose: "ada", key_prefix: undefined, second_factor: false, scopes: ["analysis.read"] },
    });
    expect(told.map(({ operation, outcome, details }) => [operation, outcome, details?.["owner_id"]])).toEqual([
      ["api-key.create", "success", "ada"],
      ["api-key.list", "success", "ada"],
      ["api-key.revoke", "success", "ada"],
      ["api-key.list", "refused", "ada"],
    ]);
    expect(told[2]?.details).toMatchObject({ key_prefix: prefix });
  });

  it("what one was given cannot be passed on, and nobody grants more than they have", async () => {
    const { governance, access, storeAnalysis } = await governedPlace();
    const { core, run } = governance;
    await storeAnalysis("a1", "ada");
    const resource = { kind: "analysis", id: "a1" };
    const toRex = { resource, grantee: { kind: "user", id: "rex" } } as const;
    const toElla = { resource, grantee: { kind: "user", id: "ella" } } as const;
    await run(core.grant.create, { ...toRex, permission: "analysis.read" }, by("ada"));
    await expect(run(core.grant.create, { ...toElla, permission: "analysis.read" }, by("rex"))).rejects.toMatchObject({
      code: "access.unknown-resource",
    });
    // Not even by somebody who may grant, as administrators of a policy of one's own might.
    const policy = { roles: { user: { any: ["grant.create"] } }, roles_of_kind: { user: ["user"] }, rules: [] };
    await access.changePolicy(policy, { expected: 0, changedBy: "root" });
    await expect(run(core.grant.create, { ...toElla, permission: "analysis.read" }, by("rex"))).rejects.toMatchObject({
      code: "access.denied",
    });
    await expect(run(core.grant.create, { ...toElla, permission: "analysis.delete" }, by("rex"))).rejects.toMatchObject(
      { code: "access.denied" },
    );
  });

  it("an administrator deletes what is others' after a second factor only, also when nothing is there", async () => {
    const { governance, storeAnalysis, audit } = await governedPlace();
    const { core, run } = governance;
    await storeAnalysis("a1", "ada");
    for (const requestId of ["a1", "a2"]) {
      await expect(run(core.analysis.delete, { requestId }, by("root"))).rejects.toMatchObject({
        code: "access.step-up-required",
      });
    }
    await run(core.analysis.delete, { requestId: "a1" }, by("rootMulti"));
    await expect(run(core.analysis.delete, { requestId: "a1" }, by("rootMulti"))).rejects.toMatchObject({
      code: "analysis.not-found",
    });
    expect(audit.entries.filter(({ type }) => type === "analysis.delete")).toMatchObject([
      { outcome: "success", log: "logDataAccess", resource: { id: "a1" }, context: { principal: { id: "root" } } },
    ]);
  });

  it("an owner whose credential allows reading only learns that, whether the thing is there or not", async () => {
    const { governance, storeAnalysis } = await governedPlace();
    await storeAnalysis("a1", "ada");
    const request = { context: { ...(await governedContext(governance)), scopes: ["analysis.read"] } };
    for (const requestId of ["a1", "absent"]) {
      const outcome = await governance.attempt("analysis.delete", { requestId }, request);
      expect(outcome).toMatchObject({
        envelope: {
          error: { code: "INSUFFICIENT_PERMISSIONS", details: { required_permissions: ["analysis.delete"] } },
        },
      });
    }
  });

  it("a key is never allowed more than the credential it is made with", async () => {
    const { governance, users, apiKeys } = await governedPlace();
    const { user_id } = await users.create({ user_id: "ada", email: "ada@example.org" });
    const ada = await governedContext(governance);
    const create = (scopes: readonly string[] | undefined, input: object) =>
      governance.attempt(
        "api-key.create",
        { name: "one", ...input },
        { context: { ...ada, ...(scopes && { scopes }) } },
      );
    expect(await create(undefined, {})).toMatchObject({ ok: true });
    expect(await create(["api-key.*"], {})).toMatchObject({ ok: true, output: { scopes: ["api-key.*"] } });
    expect(await create(["api-key.*"], { scopes: ["api-key.list"] })).toMatchObject({
      ok: true,
      output: { scopes: ["api-key.list"] },
    });
    for (const scopes of [["*"], ["analysis.read"], ["api-key.list", "analysis.*"]]) {
      expect(await create(["api-key.*"], { scopes })).toMatchObject({ ok: false, error: { code: "access.denied" } });
    }
    expect((await apiKeys.list(user_id)).map(({ scopes }) => scopes).sort()).toEqual([
      ["api-key.*"],
      ["api-key.list"],
      undefined,
    ]);
  });

  it("a key that ends makes none that outlives it, and a session limited to one organisation makes none", async () => {
    const { governance, users, clock } = await governedPlace();
    await users.create({ user_id: "ada", email: "ada@example.org" });
    const ada = await governedContext(governance);
    const endsAt = clock.ms + 1000;
    const ending = { ...ada, authentication: { ...ada.authentication, endsAt } };
    const create = (context: typeof ada, input: object) =>
      governance.attempt("api-key.create", { name: "one", ...input }, { context });
    expect(await create(ending, {})).toMatchObject({ ok: true, output: { valid_until: endsAt } });
    expect(await create(ending, { validUntil: endsAt })).toMatchObject({ ok: true });
    expect(await create(ada, { validUntil: endsAt + 1 })).toMatchObject({ ok: true });
    for (const call of [create(ending, { validUntil: endsAt + 1 }), create({ ...ada, actsIn: "museum" }, {})]) {
      expect(await call).toMatchObject({ ok: false, error: { code: "access.denied" } });
    }
  });

  it("an erasure takes records, grants and usage, then what other rooms keep, after the last audit entry", async () => {
    const steps: string[] = [];
    const { governance, access, usage, users, audit, storeAnalysis } = await governedPlace({
      erasers: [async (userId) => void steps.push(`forget ${userId} after ${audit.entries.at(-1)?.type}`)],
    });
    await users.create({ user_id: "ada", email: "ada@example.org" });
    await storeAnalysis("a1", "ada");
    await access.grantPermission(
      { resource: { kind: "analysis", id: "a1" }, grantee: { kind: "user", id: "rex" }, permission: "analysis.read" },
      "ada",
    );
    await (
      await usage.reserve({
        operationId: "o1",
        operation: "o",
        meter: "m",
        quantity: 1,
        subjects: [{ kind: "user", id: "ada" }],
      })
    ).commit();
    const receipt = await governance.run(governance.core.user.erase, {}, by("ada"));
    expect(receipt.erased).toMatchObject({ analyses: 1, users: 1 });
    expect((await access.grantsTo({ kind: "user", id: "rex" })).items).toEqual([]);
    expect(await usage.deliverEvents(async () => undefined)).toBe(0);
    expect(steps).toEqual(["forget ada after operation.begun", "forget ada after user.erase"]);
  });

  it("an erasure that another room did not end is ended by an administrator who repeats it", async () => {
    let calls = 0;
    const eraser = async () => {
      calls += 1;
      if (calls === 1) throw new Error("the directory is down");
    };
    const { governance, users } = await governedPlace({ erasers: [eraser] });
    await users.create({ user_id: "ada", email: "ada@example.org" });
    const erase = (token: string) => governance.attempt("user.erase", { userId: "ada" }, by(token));
    expect(await erase("ada")).toMatchObject({ ok: false, error: { message: "the directory is down" } });
    expect(await erase("rootMulti")).toMatchObject({ ok: true, output: { user_id: "ada" } });
    expect(calls).toBe(3);
  });

  it("an erasure that died in another room is ended by the next sweep, rooms included", async () => {
    const [calls, down] = [[] as string[], { now: true }];
    const eraser = async (userId: string) => {
      calls.push(userId);
      if (down.now) throw new Error("the directory is down");
    };
    const { governance, users, access } = await governedPlace({ erasers: [eraser] });
    await users.create({ user_id: "ada", email: "ada@example.org" });
    const resource = { kind: "analysis", id: "of-rex" };
    await access.grantPermission(
      { resource, grantee: { kind: "user", id: "ada" }, permission: "analysis.read" },
      "rex",
    );
    expect(await governance.attempt("user.erase", {}, by("ada"))).toMatchObject({ ok: false });
    down.now = false;
    const principal = { kind: "service", id: "sweeper" } as const;
    const context = { ...(await governedContext(governance)), principal };
    const swept = await governance.attempt("service.sweep", {}, { context });
    expect(swept).toMatchObject({ ok: true, output: { erasures: [{ user_id: "ada", erased: { users: 1 } }] } });
    expect(calls).toEqual(["ada", "ada"]);
    expect((await access.grantsTo({ kind: "user", id: "ada" })).items).toEqual([]);
  });

  it("a service sweeps, and nobody else", async () => {
    const { governance } = await governedPlace();
    const sweep = (context: Awaited<ReturnType<typeof governedContext>>) =>
      governance.attempt("service.sweep", {}, { context });
    const ada = await governedContext(governance);
    expect(await sweep(ada)).toMatchObject({ ok: false, error: { code: "access.denied" } });
    const principal = { kind: "service", id: "sweeper" } as const;
    expect(await sweep({ ...ada, principal })).toMatchObject({
      ok: true,
      output: { reservations_released: 0, erasures: [] },
    });
  });

  it("sweeps by itself, and ends an interrupted erasure in every room, which core alone does not", async () => {
    const heard: string[] = [];
    const { governance, users, tables, objects, clock, audit } = await governedPlace({
      erasers: [async (userId) => void heard.push(userId)],
    });
    const core = await openPrivacy({ tables, objects, now: clock.now, settleMs: 0 });
    const interrupt = async (user_id: string) => {
      await users.create({ user_id, email: `${user_id}@example.org` });
      await expect(core.eraseUser(userIdOf(user_id), { signal: AbortSignal.abort() })).rejects.toThrow();
    };
    await interrupt("ada");
    const swept = await sweepAll(governedSweeps(governance));
    expect(swept).toMatchObject({ objects_examined: 0, erasures: [] });
    expect([heard, await users.find(userIdOf("ada"))]).toEqual([["ada"], undefined]);
    expect(audit.entries.map(({ operation, context }) => [operation, context.principal.id])).toContainEqual([
      "service.sweep",
      "sweeper",
    ]);
    await interrupt("rita");
    expect((await sweepAll(core)).erasures).toMatchObject([{ user_id: "rita" }]);
    await sweepAll(governedSweeps(governance));
    expect(heard).toEqual(["ada"]);
  });

  it("gives a signal and a page on to what sweeps", async () => {
    const { governance } = await governedPlace();
    const { sweepExpired } = governedSweeps(governance);
    await expect(sweepExpired({ limit: 0 })).rejects.toMatchObject({ code: "operation.invalid-input" });
    await expect(sweepExpired({ cursor: "none" })).rejects.toMatchObject({ code: "storage.invalid-cursor" });
    const why = new Error("over");
    await expect(sweepExpired({ signal: AbortSignal.abort(why) })).rejects.toBe(why);
  });

  it("exports what is kept, file by file", async () => {
    const { governance, storeAnalysis } = await governedPlace();
    await storeAnalysis("a1", "ada");
    const paths: string[] = [];
    for await (const { path } of await governance.run(governance.core.user.export, {}, by("ada"))) paths.push(path);
    expect(paths).toContain("analyses/a1/analysis.json");
  });

  it("the quota of uploads is core's: refused before anything is done, with the way out in the envelope", async () => {
    const tables = new MemoryTableStore();
    const [users, analyses] = [await tables.open(defineUserTable()), await tables.open(defineAnalysisTable())];
    await new UserRepository(tables, users).create({ user_id: "ada", email: "ada@example.org", monthly_quota: 1 });
    const admissions = new Admissions({ store: tables, users, analyses });
    const artguard = await createArtGuard({
      detectors: [],
      isolation: "none",
      tables,
      storage: "memory",
      admission: quotaGate(admissions),
    });
    onTestFinished(() => artguard[Symbol.asyncDispose]());
    const usage = await openUsage({ tables, admissions });
    const { governance } = await governedPlace({ artguard, tables, usage, admissions });
    expect(await governance.attempt("analysis.create", { bytes: picture }, by("ada"))).toMatchObject({ ok: true });
    expect(await governance.run(governance.core.user.quota, {}, by("ada"))).toMatchObject({ quota_used: 1, limit: 1 });
    const refused = await governance.attempt("analysis.create", { bytes: picture }, by("ada"));
    expect(refused).toMatchObject({
      envelope: {
        error: {
          code: "USAGE_LIMIT_EXCEEDED",
          details: { meter: "uploads", used: 1, limit: 1, renewal_options: ["wait", "upgrade"] },
        },
      },
    });
    expect((await artguard.history("ada")).items).toHaveLength(1);
    expect(await usage.deliverEvents(async () => undefined)).toBe(1);
  });
});

/** Ada's context, as the pipeline makes it. */
async function governedContext(governance: Awaited<ReturnType<typeof governedPlace>>["governance"]) {
  return (await governance.attempt("analysis.list", {}, by("ada"))).context;
}
