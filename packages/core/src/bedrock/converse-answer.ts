import type {
  ContentBlock,
  ConverseCommandOutput,
  ConverseStreamOutput,
  TokenUsage,
} from "@aws-sdk/client-bedrock-runtime";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { answerTool } from "./converse-request.ts";

/** What a model gave, unchecked, streamed or not. */
export interface ConverseAnswer {
  /** Input of the tool if the model called it, else its text; reasoning is left out. */
  readonly output: unknown;
  readonly stopReason: string;
  readonly usage: TokenUsage | undefined;
  /** As Bedrock measured it. */
  readonly latencyMs: number | undefined;
}

/** An answer of at most 16 sentences and 12 findings has a tenth of that. */
const mostCharacters = 256 * 1024;

/** Reads a whole answer. Blocks are found by their key: reasoning may come first. @throws SyntaxError when it is none. */
export function readOutput({ output, stopReason, usage, metrics }: ConverseCommandOutput): ConverseAnswer {
  if (typeof stopReason !== "string") throw new SyntaxError("the answer does not say why the model stopped");
  const content = output?.message?.content ?? [];
  const given = outputOf(content);
  assertLength((typeof given === "string" ? given : (JSON.stringify(given) ?? "")).length);
  return { output: given, stopReason, usage, latencyMs: metrics?.latencyMs };
}

function outputOf(content: readonly ContentBlock[]): unknown {
  const call = content.find((block) => block.toolUse?.name === answerTool)?.toolUse;
  return call === undefined ? content.map((block) => block.text ?? "").join("") : call.input;
}

/**
 * Reads a streamed answer.
 *
 * @param onText Gets the pieces of text or of the tool's input as they come.
 * @throws Error when the stream ends before the model has stopped.
 */
export async function readStream(
  events: AsyncIterable<ConverseStreamOutput>,
  onText: (piece: string) => void,
): Promise<ConverseAnswer> {
  const blocks = new BlockCollector();
  let [stopReason, usage, latencyMs]: [string?, TokenUsage?, number?] = [];
  for await (const event of events) {
    const piece = blocks.take(event);
    if (piece !== "") onText(piece);
    stopReason = event.messageStop?.stopReason ?? stopReason;
    usage = event.metadata?.usage ?? usage;
    latencyMs = event.metadata?.metrics?.latencyMs ?? latencyMs;
  }
  if (stopReason === undefined) throw new Error("the stream ended before the model had stopped");
  return { output: blocks.output(), stopReason, usage, latencyMs };
}

/** Puts the pieces of a stream together. */
class BlockCollector {
  readonly #tools = new Set<number>();
  #text = "";
  #input = "";

  /** Adds an event; gives the piece of the answer that it brought. */
  take({ contentBlockStart: start, contentBlockDelta }: ConverseStreamOutput): string {
    const tool = start?.start?.toolUse;
    if (tool?.name === answerTool) this.#tools.add(start?.contentBlockIndex ?? -1);
    const { delta, contentBlockIndex: index = -1 } = contentBlockDelta ?? {};
    const text = delta?.text ?? "";
    const input = this.#tools.has(index) ? (delta?.toolUse?.input ?? "") : "";
    this.#text += text;
    this.#input += input;
    assertLength(this.#text.length + this.#input.length);
    return text + input;
  }

  /** The tool's input as JSON text, or the text. */
  output(): string {
    return this.#tools.size > 0 ? this.#input : this.#text;
  }
}

function assertLength(length: number): void {
  if (length > mostCharacters)
    throw new ArtGuardError("bedrock.answer-too-large", `the answer has more than ${mostCharacters} characters`);
}
