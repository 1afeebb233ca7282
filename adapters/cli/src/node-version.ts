import { UsageError } from "./usage-error.ts";

/**
 * Refuses a Node in which the embedded store and other parts would fail one by one.
 *
 * @param running As `process.versions.node` says it.
 * @param engines The oldest that the package takes, e.g. `>=22.18`.
 * @throws UsageError
 */
export function assertNodeVersion(running: string, engines: string): void {
  const [major, minor] = numbersOf(running);
  const [needed, atLeast] = numbersOf(engines.replace(">=", ""));
  if (major > needed || (major === needed && minor >= atLeast)) return;
  throw new UsageError(`it needs Node ${needed}.${atLeast} or newer; this is ${running}`);
}

function numbersOf(version: string): [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return [major, minor];
}
