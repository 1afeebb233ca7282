import { formatTraceParent, newTraceId, parseTraceParent } from "@artguard/governance";
import { describe, expect, it } from "vitest";

/** The example of W3C Trace Context, §3.2.2.5. */
const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("traceparent", () => {
  it("is read as the standard has it, later versions as far as the first goes", () => {
    expect(parseTraceParent(header)).toEqual({ traceId, parentId: "00f067aa0ba902b7", sampled: true });
    expect(parseTraceParent(header.replace(/01$/, "00"))?.sampled).toBe(false);
    expect(parseTraceParent(`cc${header.slice(2)}-what-comes-later`)?.traceId).toBe(traceId);
  });

  it("is ignored when it is not one", () => {
    const bad = [
      undefined,
      "",
      header.toUpperCase(),
      `${header}-more`,
      `ff${header.slice(2)}`,
      header.replace(traceId, "0".repeat(32)),
      header.replace("00f067aa0ba902b7", "0".repeat(16)),
      header.slice(0, -1),
      `${header}, ${header}`,
      `${header}\r\nx: y`,
      `cc${header.slice(2)}-${"x".repeat(1000)}`,
    ];
    for (const each of bad) expect(parseTraceParent(each), each).toBeUndefined();
  });

  it("is made for calls onwards with a span of their own", () => {
    const made = formatTraceParent({ traceId, sampled: true });
    expect(parseTraceParent(made)).toMatchObject({ traceId, sampled: true });
    expect(formatTraceParent({ traceId, sampled: true })).not.toBe(made);
    expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
  });
});
