import { readFileSync } from "node:fs";

/**
 * Highest resident memory of this process so far, in bytes. On Linux as the kernel counts it for this program: what
 * `process.resourceUsage()` tells includes the memory of the parent that it was started from.
 *
 * @example
 * console.log(Math.round(peakResidentBytes() / 2 ** 20), "MiB at most");
 */
export function peakResidentBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
