import { ArtGuardError, type ErrorCode, errorCodes } from "@artguard/core";
import { publicCodeOf, publicCodes, publicCodeTable, publicRoomTable, toErrorEnvelope } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf } from "../fixtures/contexts.ts";

const context = contextOf("ada", { permissions: ["query.execute"] });
const codes = Object.keys(errorCodes) as ErrorCode[];

describe("toErrorEnvelope", () => {
  it("is the spec's example for who lacks a permission", () => {
    const error = new ArtGuardError("access.denied", "User lacks required permissions for this dataset", {
      details: { required_permissions: "dataset.read" },
    });
    expect(toErrorEnvelope(error, context)).toEqual({
      error: {
        code: "INSUFFICIENT_PERMISSIONS",
        message: "User lacks required permissions for this dataset",
        details: {
          reason: "access.denied",
          required_permissions: ["dataset.read"],
          user_permissions: ["query.execute"],
        },
        trace_id: context.traceId,
      },
    });
  });

  it("knows the seven codes of the spec", () => {
    expect(publicCodes.slice(0, 7)).toEqual([
      "AUTHENTICATION_FAILED",
      "INSUFFICIENT_PERMISSIONS",
      "GEOGRAPHIC_RESTRICTION",
      "USAGE_LIMIT_EXCEEDED",
      "CUSTODIAN_APPROVAL_REQUIRED",
      "DATASET_NOT_FOUND",
      "QUERY_TIMEOUT",
    ]);
  });

  it.each(codes)("has a public code for %s", (code) => {
    const room = code.slice(0, code.indexOf("."));
    expect(code in publicCodeTable || room in publicRoomTable).toBe(true);
    expect(publicCodes).toContain(publicCodeOf(new ArtGuardError(code, code)));
  });

  it("says the same of every error that is about our own machinery or not ours", () => {
    const secret = "password=hunter2 at /srv/artguard.db";
    const errors = [
      new Error(secret),
      secret,
      undefined,
      new ArtGuardError("storage.table-missing", secret, { details: { field: secret } }),
      Object.assign(new Error(secret), { code: "of.tomorrow", [Symbol.for("artguard.error")]: true }),
    ];
    const envelopes = errors.map((error) => JSON.stringify(toErrorEnvelope(error, context)));
    expect(new Set(envelopes).size).toBe(1);
    expect(envelopes[0]).not.toContain("hunter2");
    expect(JSON.parse(envelopes[0]!)).toMatchObject({ error: { code: "INTERNAL", details: {} } });
  });

  it("says of a store that is down only that it is, and lets no detail out that was not chosen", () => {
    const down = new ArtGuardError("storage.unavailable", "connect ECONNREFUSED 10.0.0.7:8000");
    expect(toErrorEnvelope(down, context).error).toMatchObject({
      code: "TEMPORARILY_UNAVAILABLE",
      message: errorCodes["storage.unavailable"].meaning,
      details: { reason: "storage.unavailable" },
    });
    const error = new ArtGuardError("user.quota-exceeded", "used up", {
      details: { limit: 3, owner_email: "ada@example.org" },
    });
    expect(toErrorEnvelope(error, context).error.details).toEqual({ reason: "user.quota-exceeded", limit: 3 });
  });

  it("never repeats what a store says of its tables and objects, whatever became of the request", () => {
    const secret = "there is no object tenants/ada/portrait.jpg in artguard-users-dev";
    for (const code of codes.filter((each) => each.startsWith("storage."))) {
      expect(JSON.stringify(toErrorEnvelope(new ArtGuardError(code, secret), context))).not.toContain("artguard-users");
    }
  });

  it.each([
    ["geography.approval-required", "CUSTODIAN_APPROVAL_REQUIRED"],
    ["geography.database-unusable", "INTERNAL"],
    ["geography.restricted", "GEOGRAPHIC_RESTRICTION"],
    ["identity.approval-required", "CUSTODIAN_APPROVAL_REQUIRED"],
    ["identity.invalid-configuration", "INTERNAL"],
    ["identity.invalid-input", "VALIDATION_FAILED"],
    ["identity.invalid-token", "AUTHENTICATION_FAILED"],
    ["identity.key-set-unavailable", "TEMPORARILY_UNAVAILABLE"],
    ["identity.step-up-required", "STEP_UP_REQUIRED"],
  ] as const)("says of %s what became of the request, not which room refused it: %s", (code, publicCode) => {
    expect(toErrorEnvelope(new ArtGuardError(code, "refused"), context).error.code).toBe(publicCode);
  });

  it("says of what may pass by itself that it may, also under a code of tomorrow", () => {
    const brand = { retryable: true, details: {}, [Symbol.for("artguard.error")]: true };
    const error = Object.assign(new Error("10.0.0.7"), { code: "of.tomorrow", ...brand });
    expect(toErrorEnvelope(error, context).error).toMatchObject({
      code: "TEMPORARILY_UNAVAILABLE",
      message: "it may succeed later",
    });
  });

  it("gives lists as lists", () => {
    const details = { renewal_options: "wait,upgrade", upgrade_plans: "large", used: 100 };
    const error = new ArtGuardError("usage.limit-exceeded", "used up", { details });
    expect(toErrorEnvelope(error, context).error).toMatchObject({
      code: "USAGE_LIMIT_EXCEEDED",
      details: { renewal_options: ["wait", "upgrade"], upgrade_plans: ["large"], used: 100 },
    });
  });
});
