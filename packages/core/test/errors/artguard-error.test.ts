import { readFileSync } from "node:fs";
import { ArtGuardError, errorCodes, isArtGuardError } from "@artguard/core";
import { describe, expect, it } from "vitest";

describe("ArtGuardError", () => {
  it("carries a code, a message and what to do", () => {
    const error = new ArtGuardError("image.too-large", "70 MiB is over the limit of 64 MiB", { details: { limit: 1 } });
    expect(error.toJSON()).toEqual({
      code: "image.too-large",
      message: "70 MiB is over the limit of 64 MiB",
      fix: errorCodes["image.too-large"].fix,
    });
  });

  it("says whether the same call may succeed later", () => {
    expect(new ArtGuardError("storage.throttled", "slow down").retryable).toBe(true);
    expect(new ArtGuardError("storage.condition-failed", "changed").retryable).toBe(false);
  });

  it("is recognised across copies of the package, by its brand", () => {
    const foreign = Object.assign(new Error("x"), { code: "image.empty", [Symbol.for("artguard.error")]: true });
    expect(isArtGuardError(foreign, "image.")).toBe(true);
    expect(isArtGuardError(foreign, "jpeg.")).toBe(false);
    expect(isArtGuardError(new Error("x"))).toBe(false);
    expect(isArtGuardError(null)).toBe(false);
  });
});

describe("docs/errors.md", () => {
  it("lists exactly the codes that exist, with their meaning and advice", () => {
    const text = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8");
    const row = /^\| `([^`]+)` *\| ([^|]+?) *\| ([^|]+?) *\|(?: (retryable) *\|)?$/gm;
    const rows = [...text.matchAll(row)].map(([, code, meaning, fix, retryable]) => [code, meaning, fix, retryable]);
    const codes: [string, { meaning: string; fix: string; retryable?: boolean }][] = Object.entries(errorCodes);
    expect(rows).toEqual(
      codes.map(([code, { meaning, fix, retryable }]) => [code, meaning, fix, retryable ? "retryable" : undefined]),
    );
  });
});
