import { MemoryTableStore } from "@artguard/core";
import { auditOperations, newAuditKeyPair, openAuditLog } from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { by, governedPlace } from "../fixtures/governed-place.ts";

async function auditedPlace() {
  const { signingKey } = newAuditKeyPair("example.org/audit");
  const audit = await openAuditLog({ tables: new MemoryTableStore(), signingKey, secret: new Uint8Array(32).fill(7) });
  onTestFinished(() => audit[Symbol.asyncDispose]());
  const operations = Object.values(auditOperations(audit));
  const { governance } = await governedPlace({ audit, operations });
  const ask = (name: string, input: object, token: string) => governance.attempt(name, input, by(token));
  return { audit, ask };
}

describe("operations on the audit log", () => {
  it("show administrators what was done and refused, and nobody else anything but their own", async () => {
    const { ask } = await auditedPlace();
    await ask("analysis.list", {}, "ada");
    await ask("analysis.list", { userId: "ada" }, "rex");
    const found = await ask("audit.query", { user: "ada" }, "root");
    expect(found).toMatchObject({ ok: true, output: { items: [{ entry: { operation: { type: "ANALYSIS_LIST" } } }] } });
    const refusals = await ask("audit.query", { action: "access.refused" }, "root");
    expect(refusals).toMatchObject({
      ok: true,
      output: { items: [{ entry: { operation: { type: "ANALYSIS_LIST" } } }] },
    });
    for (const name of ["audit.query", "audit.verify", "audit.checkpoint"]) {
      expect(await ask(name, name === "audit.query" ? { user: "ada" } : {}, "ada")).toMatchObject({
        ok: false,
        error: { code: "access.denied" },
      });
    }
    const own = await ask("audit.history", {}, "ada");
    const { items } = (own as unknown as { output: { items: { entry: { operation: { type: string } } }[] } }).output;
    expect(items.map(({ entry }) => entry.operation.type)).toContain("ANALYSIS_LIST");
    expect(await ask("audit.history", { user: "rex" }, "ada")).toMatchObject({
      error: { code: "operation.invalid-input" },
    });
    expect(await ask("audit.history", {}, "ella")).toMatchObject({ ok: true, output: { items: [] } });
  });

  it("refuse a period that ends before it begins", async () => {
    const { ask } = await auditedPlace();
    const backwards = { from: 2, to: 1 };
    for (const [name, more] of [
      ["audit.query", { user: "ada" }],
      ["audit.history", {}],
      ["analysis.count", {}],
    ] as const) {
      expect(await ask(name, { ...backwards, ...more }, "root")).toMatchObject({
        error: { code: "operation.invalid-input", details: { field: "to" } },
      });
    }
  });

  it("say that the log is what was written, against a checkpoint of before", async () => {
    const { ask } = await auditedPlace();
    await ask("analysis.list", {}, "ada");
    const kept = await ask("audit.checkpoint", {}, "root");
    const { checkpoint } = (kept as unknown as { output: { checkpoint: string } }).output;
    expect(checkpoint).toContain("example.org/audit");
    await ask("analysis.list", {}, "ada");
    expect(await ask("audit.verify", { checkpoint }, "root")).toMatchObject({ ok: true, output: { ok: true } });
    for (const wrong of ["forged", ""]) {
      expect(await ask("audit.verify", { checkpoint: wrong }, "root")).toMatchObject({
        envelope: { error: { code: "VALIDATION_FAILED" } },
      });
    }
  });
});
