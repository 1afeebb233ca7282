import { describe, expect, it } from "vitest";
import { pauseMs, retryAfterOf } from "../../src/modal/retry.ts";

describe("pauseMs", () => {
  it("doubles the longest pause up to 8 s, with full jitter", () => {
    const longest = [0, 1, 2, 3, 9].map((failures) => pauseMs(250, failures, undefined, () => 1));
    expect(longest).toEqual([250, 500, 1000, 2000, 8000]);
    expect(pauseMs(250, 3, undefined, () => 0.5)).toBe(1000);
    expect(pauseMs(250, 3, undefined, () => 0)).toBe(0);
  });

  it("is never shorter than what the server asked for", () => {
    expect(pauseMs(250, 0, 3000, () => 1)).toBe(3000);
    expect(pauseMs(250, 9, 3000, () => 1)).toBe(8000);
  });
});

describe("retryAfterOf", () => {
  const read = (text: string) => retryAfterOf(new Headers({ "retry-after": text }), Date.UTC(2026, 0, 1));

  it("reads seconds and dates", () => {
    expect(read("7")).toBe(7000);
    expect(read("Thu, 01 Jan 2026 00:00:05 GMT")).toBe(5000);
    expect(read("Wed, 31 Dec 2025 23:00:00 GMT")).toBe(0);
  });

  it("ignores what is neither", () => {
    for (const text of ["soon", "99999999999"]) expect(read(text)).toBeUndefined();
    expect(retryAfterOf(new Headers())).toBeUndefined();
  });
});
