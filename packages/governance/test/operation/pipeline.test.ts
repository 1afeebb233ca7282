import { ArtGuardError } from "@artguard/core";
import {
  type AccessGate,
  type ApprovalGate,
  type AskedFor,
  type AuditLog,
  defineOperation,
  type GeographyGate,
  type GovernedOptions,
  type GovernedRequest,
  governed,
  type Operation,
  type SecurityContext,
  type UsageGate,
} from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { contextOf } from "../fixtures/contexts.ts";
import { RecordingAudit } from "../fixtures/governed-place.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const note = z.strictObject({ id: z.string().min(1) });
type Note = z.infer<typeof note>;
const absentNote = () => new ArtGuardError("access.unknown-resource", "there is no such note");

/** An operation on notes, whose stages write down that they were there. */
function noteOperation(steps: string[], more: Partial<Operation<Note, string>> = {}) {
  return defineOperation<Note, string>({
    name: "note.share",
    input: note,
    permission: "note.share",
    effect: "change",
    audit: "data-access",
    target: ({ id }) => {
      steps.push("target");
      return { kind: "note", id, ownerId: "ada" };
    },
    absent: absentNote,
    meter: { name: "shares" },
    approval: "custodians",
    handler: async ({ id }) => {
      steps.push("handler");
      return `shared ${id}`;
    },
    settled: async () => void steps.push("settled"),
    ...more,
  });
}

interface Refusals {
  readonly at?: string;
  readonly audit?: AuditLog & { entries?: unknown[] };
}

/** Ports that write down that they were asked, and refuse where they are told to. */
function stages(
  { at, audit = new RecordingAudit() }: Refusals,
  operation: (steps: string[]) => Operation<Note, string>,
) {
  const steps: string[] = [];
  const step = (name: string) => {
    steps.push(name);
    if (name === at) throw new ArtGuardError("storage.unavailable", `${name} is broken`);
  };
  const recording = new Proxy(audit, {
    get:
      (log, method: keyof AuditLog) =>
      async (context: SecurityContext, event: Parameters<AuditLog["logDataAccess"]>[1]) => {
        await log[method](context, event);
        steps.push(`audit ${event.type} ${event.outcome}`);
      },
  });
  const geography: GeographyGate = {
    locate: async () => {
      step("locate");
      return { clientAddress: "198.51.100.1", country: "CR" };
    },
    admit: async () => step("admit"),
  };
  const access: AccessGate = {
    validateAccess: async () => {
      step("authorise");
      return { allowed: true, needsStepUp: false, policyVersion: 3, decidedBy: { source: "role", id: "user" } };
    },
  };
  const usage: UsageGate = {
    reserve: async () => {
      step("reserve");
      return { commit: async () => step("commit"), release: async () => step("release") };
    },
  };
  const asked: AskedFor[] = [];
  const approvals: ApprovalGate = {
    request: async (_, what) => {
      asked.push(what);
      return "approval-1";
    },
    consume: async (_, id, what) => {
      asked.push(what);
      step(`approval ${id}`);
    },
  };
  const failures: unknown[] = [];
  const options: GovernedOptions = {
    operations: [operation(steps)],
    audit: recording,
    identity: {
      authenticate: async (credential, facts) => {
        step(`authenticate ${credential.kind}`);
        return contextOf("ada", {
          traceId: facts.traceId,
          ...(facts.country !== undefined && { country: facts.country }),
        });
      },
    },
    access,
    geography,
    usage,
    approvals,
    traceIdOf: () => {
      steps.push("trace");
      return trace;
    },
    newId: () => "operation-1",
    onAuditFailure: (error) => void failures.push(error),
  };
  return { steps, asked, failures, governance: governed(options) };
}

const request: GovernedRequest = { credential: { kind: "token", token: "t" }, approvalId: "approval-1" };
const run = (place: ReturnType<typeof stages>, input: unknown = { id: "n1" }, more: GovernedRequest = {}) =>
  place.governance.attempt("note.share", input, { ...request, ...more });

describe("the pipeline", () => {
  it("goes through its stages in this order", async () => {
    const place = stages({}, noteOperation);
    expect(await run(place)).toMatchObject({
      ok: true,
      output: "shared n1",
      context: { traceId: trace, country: "CR" },
    });
    expect(place.steps).toEqual([
      "trace",
      "locate",
      "authenticate token",
      "admit",
      "target",
      "authorise",
      "reserve",
      "approval approval-1",
      "audit operation.begun success",
      "handler",
      "commit",
      "audit note.share success",
      "settled",
    ]);
    expect(place.asked).toEqual([
      {
        operation: "note.share",
        resource: { kind: "note", id: "n1", ownerId: "ada", classification: "internal" },
        input: { id: "n1" },
      },
    ]);
  });

  it.each([
    ["locate", ["audit access.refused refused"]],
    ["authenticate token", ["audit access.refused refused"]],
    ["admit", ["audit access.refused refused"]],
    ["authorise", ["audit access.refused refused"]],
    ["reserve", ["audit note.share failed"]],
    ["approval approval-1", ["release", "audit note.share failed"]],
  ])("stops where %s refuses, writes it down, and does nothing", async (at, after) => {
    const place = stages({ at }, noteOperation);
    expect(await run(place)).toMatchObject({ ok: false, envelope: { error: { trace_id: trace } } });
    expect(place.steps.slice(place.steps.indexOf(at) + 1)).toEqual(after);
    expect(place.steps).not.toContain("handler");
  });

  it("gives back what was reserved when the handler fails, and says nothing of a failed release", async () => {
    for (const at of [undefined, "release"]) {
      const failing = (steps: string[]) =>
        noteOperation(steps, { handler: () => Promise.reject(new Error("password=hunter2")) });
      const place = stages(at === undefined ? {} : { at }, failing);
      const outcome = await run(place);
      expect(outcome).toMatchObject({ ok: false, error: { message: "password=hunter2" } });
      expect(place.steps.slice(-2)).toEqual(["release", "audit note.share failed"]);
      expect(place.failures).toHaveLength(at === undefined ? 0 : 1);
      expect(JSON.stringify(outcome.ok || outcome.envelope)).not.toContain("hunter2");
    }
  });

  it("writes down as refused what the operation itself refuses, and as failed what broke in it", async () => {
    const outcomes: (string | undefined)[] = [];
    for (const code of ["access.denied", "storage.unavailable"] as const) {
      const audit = new RecordingAudit();
      const handler = () => Promise.reject(new ArtGuardError(code, "no"));
      await run(stages({ audit }, (steps) => noteOperation(steps, { handler })));
      outcomes.push(audit.entries.at(-1)?.outcome);
    }
    expect(outcomes).toEqual(["refused", "failed"]);
  });

  it("writes down wrong input and unknown operations, and tells an unregistered one from none", async () => {
    const audit = new RecordingAudit();
    const place = stages({ audit }, noteOperation);
    expect(await run(place, { id: "" })).toMatchObject({
      envelope: { error: { code: "VALIDATION_FAILED", details: { field: "id" } } },
    });
    expect(await place.governance.attempt("note.burn", {}, request)).toMatchObject({
      error: { code: "operation.unknown" },
    });
    const unregistered = noteOperation([]);
    await expect(place.governance.run(unregistered, { id: "n1" }, request)).rejects.toMatchObject({
      code: "operation.unknown",
    });
    const entries = audit.entries.map(({ log, type, outcome, details }) => [log, type, outcome, details?.["reason"]]);
    expect(entries).toEqual([
      ["logSystemEvent", "operation.refused", "refused", "operation.invalid-input"],
      ["logSystemEvent", "operation.refused", "refused", "operation.unknown"],
      ["logSystemEvent", "operation.refused", "refused", "operation.unknown"],
    ]);
  });

  it("asks custodians for what has no approval yet, and does not do it", async () => {
    const place = stages({}, noteOperation);
    const { approvalId: _, ...without } = request;
    const outcome = await place.governance.attempt("note.share", { id: "n1" }, without);
    expect(outcome).toMatchObject({
      envelope: { error: { code: "CUSTODIAN_APPROVAL_REQUIRED", details: { approval_id: "approval-1" } } },
    });
    expect(place.steps.slice(-2)).toEqual(["release", "audit note.share refused"]);
    expect(place.steps).not.toContain("handler");
  });

  it("believes a context that the program itself made, and neither locates nor authenticates again", async () => {
    const place = stages({}, noteOperation);
    await run(place, { id: "n1" }, { context: contextOf("eve") });
    expect(place.steps.slice(0, 2)).toEqual(["target", "authorise"]);
  });

  it("says in every entry what, on what, by which permission, and why", async () => {
    const audit = new RecordingAudit();
    await run(stages({ audit }, noteOperation));
    expect(audit.entries.map(({ log }) => log)).toEqual(["logDataAccess", "logDataAccess"]);
    expect(audit.entries[1]).toMatchObject({
      type: "note.share",
      operation: "note.share",
      outcome: "success",
      resource: { kind: "note", id: "n1" },
      details: { operation_id: "operation-1", permission: "note.share", policy_version: 3, decided_by: "role:user" },
      context: { principal: { id: "ada" }, traceId: trace },
    });
  });
});

describe("an audit log that cannot be written", () => {
  const place = (breaks: RecordingAudit["breaks"], more: Partial<Operation<Note, string>> = {}) => {
    const audit = new RecordingAudit();
    audit.breaks = breaks;
    return stages({ audit }, (steps) => noteOperation(steps, more));
  };

  it("keeps a change from happening", async () => {
    const broken = place(() => true);
    expect(await run(broken)).toMatchObject({
      error: { code: "operation.audit-unavailable", details: { performed: false } },
    });
    expect(broken.steps).not.toContain("handler");
    expect(broken.steps.at(-1)).toBe("release");
  });

  it("afterwards, says that the change happened, and keeps what was used counted", async () => {
    const broken = place(({ type }) => type === "note.share");
    expect(await run(broken)).toMatchObject({
      error: { code: "operation.audit-unavailable", details: { performed: true } },
    });
    expect(broken.steps).toContain("commit");
    expect(broken.steps).not.toContain("release");
  });

  it("withholds data that were read, but not a count of the system", async () => {
    const read = place(() => true, { effect: "read" });
    expect(await run(read)).toMatchObject({ ok: false, error: { code: "operation.audit-unavailable" } });
    const count = place(() => true, { effect: "read", audit: "system" });
    expect(await run(count)).toMatchObject({ ok: true });
    expect(count.failures).toHaveLength(1);
  });

  it("leaves a refusal a refusal", async () => {
    const broken = place(() => true);
    expect(await run(broken, { id: "" })).toMatchObject({ error: { code: "operation.invalid-input" } });
    expect(broken.failures).toHaveLength(1);
  });
});

describe("a declaration", () => {
  const invalid = expect.objectContaining({ code: "operation.invalid-declaration" });
  it.each([
    ["no permission", { permission: "" }],
    ["a pattern for a permission", { permission: "*" }],
    ["no audit category", { audit: undefined as unknown as "system" }],
    ["a name that is no noun.verb", { name: "share" }],
  ])("with %s is refused", (_, wrong) => {
    expect(() => noteOperation([], wrong)).toThrow(invalid);
    // Also one that got past the declaration.
    expect(() => stages({}, (steps) => ({ ...noteOperation(steps), ...wrong }))).toThrow(invalid);
  });

  it("of a name that is taken is refused", () => {
    const { governance: _, ...place } = stages({}, noteOperation);
    const twice = [noteOperation(place.steps), noteOperation(place.steps)];
    const ports = { audit: new RecordingAudit(), identity: { authenticate: async () => contextOf("ada") } };
    const access: AccessGate = {
      validateAccess: async () => ({ allowed: false, needsStepUp: false, policyVersion: 0 }),
    };
    expect(() => governed({ ...ports, access, operations: twice })).toThrow(invalid);
  });
});

describe("whoever is recognized", () => {
  /** Ada is known until she is not. */
  function known({ couldAllow }: Pick<AccessGate, "couldAllow"> = {}) {
    const audit = new RecordingAudit();
    const state = { isKnown: true };
    const operation = defineOperation({
      name: "note.share",
      input: note,
      permission: "note.share",
      effect: "change",
      audit: "data-access",
      target: ({ id }) => ({ kind: "note", id }),
      handler: async () => "shared",
    });
    const { recognize, attempt } = governed({
      operations: [operation],
      audit,
      identity: {
        authenticate: async ({ kind }) => {
          if (kind === "none") return contextOf("anonymous", { principal: { kind: "anonymous", id: "anonymous" } });
          if (state.isKnown) return contextOf("ada");
          throw new ArtGuardError("identity.revoked", "the session was ended");
        },
      },
      access: {
        validateAccess: async () => ({ allowed: true, needsStepUp: false, policyVersion: 0 }),
        ...(couldAllow && { couldAllow }),
      },
    });
    return { recognize, attempt, audit, state };
  }
  const ada = { credential: { kind: "token", token: "ada" } } as const;

  it("is asked for everything again by the operation, and is not written down before", async () => {
    const { recognize, attempt, audit, state } = known();
    expect(await recognize("note.share", ada)).toMatchObject({ ok: true, context: { principal: { id: "ada" } } });
    expect(audit.entries).toEqual([]);
    state.isKnown = false;
    expect(await attempt("note.share", { id: "n1" }, ada)).toMatchObject({
      ok: false,
      error: { code: "identity.revoked" },
    });
    expect(await recognize("note.share", ada)).toMatchObject({
      ok: false,
      envelope: { error: { code: "AUTHENTICATION_FAILED" } },
    });
    expect(audit.entries.map(({ type, operation }) => [type, operation])).toEqual([
      ["access.refused", "note.share"],
      ["access.refused", "note.share"],
    ]);
  });

  it("is nobody where the policy could allow nobody anything, and somebody of whom it cannot say", async () => {
    const asked: string[] = [];
    const never = known({
      couldAllow: async ({ principal }, permission) => asked.push(principal.kind, permission) < 0,
    });
    expect(await never.recognize("note.share", {})).toMatchObject({ ok: false, error: { code: "access.denied" } });
    expect((await never.recognize("note.share", ada)).ok).toBe(true);
    expect(asked).toEqual(["anonymous", "note.share"]);
    expect((await known({ couldAllow: async () => true }).recognize("note.share", {})).ok).toBe(true);
    expect((await known().recognize("note.share", {})).ok).toBe(true);
    expect(await known().recognize("note.burn", ada)).toMatchObject({ ok: false });
  });
});
