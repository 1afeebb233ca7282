import { ArtGuardError, type ErrorCode, errorCodes } from "@artguard/core";
import { publicCodes, toErrorEnvelope } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { errorToStatus, headersOfError, statusByCode } from "../src/error-to-status.ts";

const known = { kind: "user" } as const;
const nobody = { kind: "anonymous" } as const;
const envelopeOf = (code: ErrorCode, details = {}) =>
  toErrorEnvelope(new ArtGuardError(code, code, { details }), { traceId: "0".repeat(32), permissions: [] });

describe("the status of an error", () => {
  it("is known for every public code, and is an error", () => {
    expect(Object.keys(statusByCode).sort()).toEqual([...publicCodes].sort());
    for (const status of Object.values(statusByCode)) expect(status).toBeGreaterThanOrEqual(400);
  });

  it.each(Object.keys(errorCodes) as ErrorCode[])(
    "is said of %s; a server error is never the caller's fault",
    (code) => {
      const envelope = envelopeOf(code);
      const status = errorToStatus(envelope, known);
      expect(status).toBeGreaterThanOrEqual(400);
      if (envelope.error.code === "VALIDATION_FAILED") expect(status).toBe(400);
      if (status === 500) expect(envelope.error.code).toBe("INTERNAL");
    },
  );

  it("asks whoever has not said who they are to do so, and tells the others that they may not", () => {
    expect(errorToStatus(envelopeOf("access.denied"), nobody)).toBe(401);
    expect(errorToStatus(envelopeOf("access.denied"), known)).toBe(403);
    expect(headersOfError(envelopeOf("access.denied"), 401, 0)).toEqual({
      "WWW-Authenticate": 'Bearer realm="artguard"',
    });
  });

  it("tells a key used for something else from a request still at work", () => {
    expect(errorToStatus(envelopeOf("user.idempotency-conflict"), known)).toBe(422);
    expect(errorToStatus(envelopeOf("user.idempotency-in-flight"), known)).toBe(409);
  });

  it("says when to come again, by the error's own figures", () => {
    expect(headersOfError(envelopeOf("http.busy", { retry_after_ms: 1500 }), 503, 0)).toEqual({ "Retry-After": "2" });
    expect(headersOfError(envelopeOf("user.quota-exceeded", { resets_at: 61_000 }), 429, 1000)).toEqual({
      "Retry-After": "60",
    });
    expect(headersOfError(envelopeOf("storage.timed-out"), 503, 0)).toEqual({ "Retry-After": "1" });
    expect(headersOfError(envelopeOf("analysis.not-found"), 404, 0)).toEqual({});
  });
});
