import { ChildProcessExaminer, type ChildProcessOptions } from "./child-process-examiner.ts";
import type { Examiner } from "./examiner.ts";
import { InProcessExaminer } from "./in-process-examiner.ts";

/**
 * The examiner for a kind of isolation: `process` decodes in children, `none` in this process, one detector after another.
 *
 * @example
 * await using examiner = createExaminer({ isolation: "process" });
 * const image = await openIsolated(examiner, bytes);
 */
export function createExaminer(options: { isolation: "process" | "none" } & ChildProcessOptions): Examiner {
  return options.isolation === "process" ? new ChildProcessExaminer(options) : new InProcessExaminer();
}
