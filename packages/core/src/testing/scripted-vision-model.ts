import type { VisionAnswer, VisionModel, VisionRequest } from "../vision/vision-model.ts";
import { type Fault, suffer } from "./fault.ts";

/** What a {@link scriptedVisionModel} does; without it, it has no opinion and explains every detector it is shown. */
export interface VisionScript {
  /** Default `bedrock`. */
  readonly id?: string;
  /** Parts of the answer in place of the usual ones, also such as the port forbids. */
  readonly answer?: Partial<VisionAnswer> | ((request: VisionRequest) => Partial<VisionAnswer>);
  readonly fault?: Fault;
}

/** A vision model in memory, with the requests that it got. */
export interface ScriptedVisionModel extends VisionModel {
  readonly requests: VisionRequest[];
  /** How often its signal fired while it was at work. */
  readonly stopped: () => number;
}

const usage = { input_tokens: 1000, output_tokens: 100, cost_usd: 0.01 };

/**
 * A {@link VisionModel} that answers by a script: for tests of what surrounds it.
 *
 * @example
 * const artguard = await createArtGuard({ detectors, vision: scriptedVisionModel() });
 */
export function scriptedVisionModel({ id = "bedrock", answer = {}, fault }: VisionScript = {}): ScriptedVisionModel {
  const requests: VisionRequest[] = [];
  let stopped = 0;
  return {
    id,
    version: `${id}-scripted-1`,
    requests,
    stopped: () => stopped,
    estimate: () => usage,
    explain: async (request, { signal, onSentence }) => {
      if (!signal.aborted) requests.push(request);
      signal.addEventListener("abort", () => stopped++, { once: true });
      await suffer(fault, signal);
      const cites = request.evidence.map((detection) => detection.id);
      const usual: VisionAnswer = {
        sentences: [{ text: `The model saw ${cites.length} detectors.`, cites }],
        findings: [],
        likelihood: 0.5,
        usage,
        details: {},
      };
      const given = { ...usual, ...(typeof answer === "function" ? answer(request) : answer) };
      for (const { text } of given.sentences) onSentence?.(text);
      return given;
    },
  };
}
