import { randomBytes } from "node:crypto";

/** What a W3C `traceparent` header says. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all 0: the same from the first request to the last entry. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits: the caller's span. */
  readonly parentId: string;
  readonly sampled: boolean;
}

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const longestHeader = 512;

/**
 * A new trace id.
 *
 * @example
 * const traceId = newTraceId();
 */
export function newTraceId(): string {
  return nonZero(16);
}

/**
 * Reads a `traceparent` header; undefined for what is not one, for which a new trace begins.
 *
 * Source: W3C Trace Context, §3.2: versions other than `ff` are read as far as `00` goes, which alone ends after the flags.
 *
 * @example
 * const traceId = parseTraceParent(traceparent)?.traceId ?? newTraceId();
 */
export function parseTraceParent(header: string | undefined): TraceParent | undefined {
  if (header === undefined || header.length > longestHeader) return undefined;
  const [, version, traceId = "", parentId = "", flags = "", more] = form.exec(header.trim()) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * The header for a call onwards; makes a new span id.
 *
 * @example
 * const traceparent = formatTraceParent({ traceId: newTraceId(), sampled: true });
 */
export function formatTraceParent({ traceId, sampled }: Pick<TraceParent, "traceId" | "sampled">): string {
  return `00-${traceId}-${nonZero(8)}-${sampled ? "01" : "00"}`;
}

function nonZero(bytes: number): string {
  for (;;) {
    const id = randomBytes(bytes).toString("hex");
    if (/[^0]/.test(id)) return id;
  }
}
