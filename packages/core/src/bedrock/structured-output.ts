import type { ArtGuardError } from "../errors/artguard-error.ts";

/**
 * How the answer gets its form: the engine's own JSON schema, a tool the model must call, a tool it may call, or an
 * instruction in the prompt. The tool is only a form to fill in; nothing is ever run.
 */
export const structuredModes = ["native", "forced-tool", "tool", "instruction"] as const;
/** See {@link structuredModes}. */
export type StructuredMode = (typeof structuredModes)[number];

/** What Bedrock writes when a model or account does not support what a mode asks for. */
const refusals: Readonly<Record<StructuredMode, RegExp | undefined>> = {
  native: /output_?config|text_?format|json_?schema|structured output|output_?format|grammar|schema/i,
  "forced-tool": /tool/i,
  tool: /tool/i,
  instruction: undefined,
};

/** The modes a model supports, the surest first. What Bedrock refused is left out from then on. */
export class StructuredLadder {
  readonly #modes: StructuredMode[];

  constructor(modes: readonly StructuredMode[]) {
    this.#modes = modes.filter((mode) => mode !== "instruction");
  }

  get mode(): StructuredMode {
    return this.#modes[0] ?? "instruction";
  }

  /** True when the failure says that the mode is not supported; it is not used again then. */
  stepDown(mode: StructuredMode, failure: ArtGuardError): boolean {
    const isRefusal = failure.code === "bedrock.invalid-request" && refusals[mode]?.test(failure.message) === true;
    // Another call may have stepped down meanwhile.
    if (isRefusal && this.#modes[0] === mode) this.#modes.shift();
    return isRefusal;
  }
}
