import { createHash } from "node:crypto";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type JsonValue, MemoryTableStore } from "@artguard/core";
import {
  defineOperation,
  folderKeysFile,
  openAccess,
  openFolderKeys,
  openFolderPlace,
  openGovernance,
  type Resource,
  signDecision,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../../../core/test/fixtures/temporary-folder.ts";
import { reauthorise } from "../../src/assembly/reauthorise.ts";
import { contextOf } from "../fixtures/contexts.ts";
import { newCustodian } from "../fixtures/custody.ts";
import { as, guardedPlace, photograph, storeImage } from "../fixtures/guarded-place.ts";

describe("openFolderPlace", () => {
  it("makes keys for its owner's eyes, the same for everybody who opens it, also at the same moment", async () => {
    const path = `${temporaryFolder()}/store`;
    await (await openFolderPlace(path))[Symbol.asyncDispose]();
    expect(statSync(folderKeysFile(path)).mode & 0o777).toBe(0o600);
    const raced = temporaryFolder();
    const keys = await Promise.all(Array.from({ length: 8 }, () => openFolderKeys(raced)));
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(1);
    expect(await openFolderKeys(raced)).toEqual(keys[0]);
  });

  it("refuses keys that others may read, or that are none", async () => {
    const path = temporaryFolder();
    await openFolderKeys(path);
    chmodSync(folderKeysFile(path), 0o640);
    await expect(openFolderPlace(path)).rejects.toMatchObject({ code: "keys.file-exposed" });
    chmodSync(folderKeysFile(path), 0o600);
    writeFileSync(folderKeysFile(path), "{}");
    await expect(openFolderPlace(path)).rejects.toMatchObject({ code: "keys.file-damaged" });
  });

  it("carries everything over to the next process: accounts, images, the log", async () => {
    const path = `${temporaryFolder()}/store`;
    const opened = async () => {
      const place = await openFolderPlace(path);
      const governance = await openGovernance({
        ...place,
        detectors: [],
        analysis: { isolation: "none" },
        identity: { development: {} },
      });
      const close = async () => {
        await governance[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      };
      return { governance, close };
    };
    const first = await opened();
    await first.governance.users.create({ user_id: "ada", email: "ada@example.org" });
    await first.governance.identity.development?.setPassword("ada", "correct horse battery");
    const requestId = await storeImage(first.governance, "ada", Date.now());
    const checkpoint = await first.governance.audit.checkpoint();
    await first.close();
    const { governance, close } = await opened();
    const login = { email: "ada@example.org", password: "correct horse battery" };
    const answer = await governance.identity.development?.login(login);
    const request = { credential: { kind: "token", token: answer?.access_token ?? "" } } as const;
    const { image_object } = await governance.run(governance.core.analysis.read, { requestId }, request);
    expect(image_object?.sha256).toBe(createHash("sha256").update(photograph).digest("hex"));
    expect((await governance.run(governance.core.analysis.reanalyze, { requestId }, request)).status).toBe("COMPLETED");
    expect((await governance.audit.verify({ checkpoint })).findings).toEqual([]);
    expect(readFileSync(`${path}/governance.keys`, "utf8")).toContain("PRIVATE+KEY+artguard.local/");
    await close();
  });
});

describe("openGovernance", () => {
  it("writes the caller's trace into the log", async () => {
    const { governance } = await guardedPlace();
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const request = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const outcome = await governance.attempt("analysis.list", {}, request);
    expect(outcome.ok).toBe(false);
    expect(outcome.context.traceId).toBe(traceId);
    const { items } = await governance.audit.query({ category: "security" });
    expect(items[0]?.entry.trace_id).toBe(traceId);
    expect((await governance.attempt("analysis.list", {}, { traceparent: "nonsense" })).context.traceId).not.toBe(
      traceId,
    );
  });

  it("lets an operation named in approvalFor happen once custodians signed exactly it, and its caller still may", async () => {
    const { governance, clock } = await guardedPlace({ approvalFor: ["grant.create"] });
    const { run, core, approvals, approval, access } = governance;
    const [ana, ben] = [await newCustodian("ana", "ana"), await newCustodian("ben", "ben")];
    for (const { registered } of [ana, ben]) await approvals.custodians.register(contextOf("operator"), registered);
    await approvals.custodians.assign(contextOf("operator"), "ada", "ana", "ben");
    const requestId = await storeImage(governance, "ada", clock.ms);
    const resource = { kind: "analysis", id: requestId };
    const share = { resource, grantee: { kind: "user", id: "rex" }, permission: "analysis.read" } as const;
    const ask = async () => {
      const outcome = await governance.attempt("grant.create", share, as("ada"));
      if (outcome.ok) throw new Error("it was done without approval");
      return String(outcome.envelope.error.details["approval_id"]);
    };
    const approvalId = await ask();
    expect(await ask()).toBe(approvalId);
    for (const { context, signingKey } of [ana, ben]) {
      const request = as(context.principal.id, ["custodian"]);
      const { expires_at: _, ...challenge } = await run(approval.challenge, { approvalId }, request);
      const statement = { ...challenge, decision: "approve", decided_at: clock.ms } as const;
      const { nonce, decision, decided_at: decidedAt } = statement;
      const signature = signDecision(signingKey, statement);
      await run(approval.decide, { approvalId, nonce, decision, decidedAt, signature }, request);
    }
    const wider = { ...share, permission: "analysis.delete" };
    await expect(run(core.grant.create, wider, { ...as("ada"), approvalId })).rejects.toMatchObject({
      code: "approvals.other-request",
    });
    await expect(run(core.grant.create, share, { ...as("rex"), approvalId })).rejects.toMatchObject({
      code: "access.unknown-resource",
    });
    await run(core.grant.create, share, { ...as("ada"), approvalId });
    expect((await access.grantsOn(resource)).items).toHaveLength(1);
    await expect(run(core.grant.create, share, { ...as("ada"), approvalId })).rejects.toMatchObject({
      code: "approvals.consumed",
    });
  });

  it("gives operations of packages above what it opened", async () => {
    const { governance } = await guardedPlace({
      operations: ({ artguard }) => [
        defineOperation({
          name: "museum.count",
          input: z.strictObject({}),
          permission: "museum.count",
          effect: "read",
          audit: "system",
          target: () => ({ kind: "museum" }),
          handler: () => artguard.counts(),
        }),
      ],
    });
    const operator = { ...contextOf("local"), principal: { kind: "local", id: "local" } } as const;
    expect(await governance.attempt("museum.count", {}, { context: operator })).toMatchObject({ ok: true });
    expect(await governance.attempt("museum.count", {}, as("ada"))).toMatchObject({ ok: false });
  });

  it("an erased person is forgotten by keys, directory and log, whoever asked for it", async () => {
    const { governance, clock } = await guardedPlace();
    const { run, core, identity, keys, audit } = governance;
    await identity.directory.assignRoles("ada", ["curator"]);
    await storeImage(governance, "ada", clock.ms);
    await run(core.user.erase, {}, as("ada"));
    expect((await identity.directory.standingOf("ada")).roles).toEqual([]);
    await expect(keys.platformDataKeys.create("ada")).rejects.toMatchObject({ code: "keys.shredded" });
    expect((await audit.query({ user: "ada" })).items).toEqual([]);
    const { items } = await audit.query({ category: "security", action: "key.shredded" });
    // Once more when the erasure itself is in the log.
    expect(items).toHaveLength(2);
    expect(JSON.stringify(items)).not.toContain('"ada"');
  });

  it("keeps the keys of an organisation when one of its people is erased", async () => {
    const { governance, clock } = await guardedPlace({ entityOf: () => "museum" });
    await storeImage(governance, "ada", clock.ms);
    await governance.run(governance.core.user.erase, {}, as("ada"));
    const requestId = await storeImage(governance, "rex", clock.ms);
    const { reanalyze } = governance.core.analysis;
    expect((await governance.run(reanalyze, { requestId }, as("rex"))).status).toBe("COMPLETED");
  });
});

describe("reauthorise", () => {
  const request = { operation: "evidence.release" };
  const allowed = async (resource: Resource | undefined, asked: JsonValue) => {
    const access = await openAccess({ tables: new MemoryTableStore() });
    const authorize = reauthorise({
      ...{ access, permissionOf: () => "analysis.release" },
      findAnalysis: async () => resource,
    });
    return authorize(contextOf("ada"), request, asked).then(
      () => true,
      (error: { code: string }) => error.code,
    );
  };

  it("decides about what was approved as it is now, and refuses what it cannot read", async () => {
    const own = { kind: "analysis", id: "a1", ownerId: "ada" };
    const release = { "subject.analysis": "a1", operation: "evidence.release" };
    expect(await allowed(own, release)).toBe(true);
    expect(await allowed({ ...own, ownerId: "rex" }, release)).toBe("access.denied");
    expect(await allowed(undefined, release)).toBe("access.denied");
    expect(await allowed(undefined, { resource: own, input: {} })).toBe(true);
    expect(await allowed(own, { resource: { ...own, ownerId: "rex" }, input: {} })).toBe("access.denied");
    for (const nothing of [{}, null, "a1", { resource: "a1" }])
      expect(await allowed(own, nothing)).toBe("access.denied");
  });
});
