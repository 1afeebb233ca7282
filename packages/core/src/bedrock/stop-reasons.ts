import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { Failure } from "./failures.ts";

/** Why a model stopped, and what that makes of its answer; `undefined`: the answer may be read. */
export const stopReasons: Readonly<Record<string, { code: ErrorCode; retry: "never" | "once" } | undefined>> = {
  end_turn: undefined,
  tool_use: undefined,
  content_filtered: { code: "bedrock.refused", retry: "never" },
  guardrail_intervened: { code: "bedrock.refused", retry: "never" },
  malformed_model_output: { code: "bedrock.malformed-answer", retry: "once" },
  malformed_tool_use: { code: "bedrock.malformed-answer", retry: "once" },
  max_tokens: { code: "bedrock.answer-cut", retry: "never" },
  model_context_window_exceeded: { code: "bedrock.context-exceeded", retry: "never" },
  // We set no stop sequences.
  stop_sequence: { code: "bedrock.unexpected-stop", retry: "never" },
};

/** The failure that a stop reason means, if any. Unknown reasons are failures: whatever stopped it, it is not whole. */
export function stopFailure(reason: string, facts: { attempt: number; model: string }): Failure | undefined {
  const unexpected = { code: "bedrock.unexpected-stop", retry: "never" } as const;
  const meaning = Object.hasOwn(stopReasons, reason) ? stopReasons[reason] : unexpected;
  if (meaning === undefined) return;
  const message = `Bedrock ${facts.model}: the model stopped with "${reason.slice(0, 60)}"`;
  return {
    error: new ArtGuardError(meaning.code, message, { details: { reason, attempts: facts.attempt } }),
    retry: meaning.retry,
    charged: "maybe",
  };
}
