import { readdirSync, readFileSync } from "node:fs";

/** Highest resident memory so far, in bytes, of any child of this process that still runs; 0 where the system does not tell. */
export function largestChild(): number {
  const peaks = processIds().map((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== process.pid) return 0;
      return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0; // It ended meanwhile.
    }
  });
  return Math.max(0, ...peaks);
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
