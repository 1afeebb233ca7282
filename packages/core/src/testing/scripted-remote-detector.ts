import type { JsonValue, Observation } from "../detection/detection.ts";
import type { RemoteDetector, RemoteOutcome } from "../detection/remote-detector.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { type Fault, suffer } from "./fault.ts";

/** What a {@link scriptedRemoteDetector} does; without it, it sees nothing. */
export interface RemoteScript {
  /** Default `modal`. */
  readonly id?: string;
  /** Parts of the observation in place of the usual ones, or another outcome. */
  readonly answer?: Partial<Observation> | RemoteOutcome;
  readonly fault?: Fault;
  /** What `resume` gives in turn, the last one from then on; default the outcome of `answer`. */
  readonly resumed?: readonly (RemoteOutcome | Fault)[];
}

/** A remote detector in memory, with what it was asked. */
export interface ScriptedRemoteDetector extends RemoteDetector {
  readonly asked: { readonly image: PreprocessedImage; readonly idempotencyKey: string }[];
  readonly handles: JsonValue[];
  /** How often its signal fired while it was at work. */
  readonly stopped: () => number;
}

/**
 * A {@link RemoteDetector} that answers by a script: for tests of what surrounds it.
 *
 * @example
 * const artguard = await createArtGuard({ detectors, remoteDetectors: [scriptedRemoteDetector()] });
 */
export function scriptedRemoteDetector(script: RemoteScript = {}): ScriptedRemoteDetector {
  const { id = "modal", answer = {}, fault } = script;
  const asked: ScriptedRemoteDetector["asked"] = [];
  const handles: JsonValue[] = [];
  const outcome = isOutcome(answer) ? answer : observed(answer);
  const resumed = script.resumed ?? [outcome];
  let stopped = 0;
  return {
    id,
    version: "1.0.0",
    family: "remote-model",
    asked,
    handles,
    stopped: () => stopped,
    detect: async (image, { signal, idempotencyKey }) => {
      if (!signal.aborted) asked.push({ image, idempotencyKey });
      signal.addEventListener("abort", () => stopped++, { once: true });
      await suffer(fault, signal);
      return outcome;
    },
    resume: async (handle, { signal }) => {
      handles.push(handle);
      const next = resumed[Math.min(handles.length, resumed.length) - 1]!;
      if (typeof next === "object" && "status" in next) return next;
      await suffer(next, signal);
      return outcome;
    },
  };
}

function observed(parts: Partial<Observation>): RemoteOutcome {
  const observation: Observation = { applicable: true, statistic: 0.5, regions: [], findings: [], ...parts };
  return { status: "observed", observation, cost_usd: 0.002 };
}

function isOutcome(answer: Partial<Observation> | RemoteOutcome): answer is RemoteOutcome {
  return "status" in answer;
}
