import type {
  ContentBlock,
  ConverseCommandInput,
  Message,
  SystemContentBlock,
  ToolConfiguration,
} from "@aws-sdk/client-bedrock-runtime";
import type { JsonValue } from "../detection/detection.ts";
import { answerJsonSchema } from "../vision/answer-schema.ts";
import { answerInstruction, type VisionPrompt } from "../vision/prompt.ts";
import type { FittedPicture } from "./fit-picture.ts";
import type { ModelCapabilities } from "./model-capabilities.ts";
import { type PictureSize, pictureTokens } from "./picture-tokens.ts";
import type { StructuredMode } from "./structured-output.ts";

/** Where native structured output is asked for: models and accounts differ in which they take. */
export type NativePath = "outputConfig" | "additionalModelRequestFields";

/** One refused answer and what the model is told about it. */
export interface RepairTurn {
  readonly answer: string;
  readonly repair: string;
}

/** Everything one request is made of. */
export interface RequestParts {
  readonly modelId: string;
  readonly capabilities: ModelCapabilities;
  readonly mode: StructuredMode;
  readonly nativePath: NativePath;
  readonly maxTokens: number;
  readonly promptCaching: boolean;
  readonly pictures: readonly FittedPicture[];
  readonly prompt: VisionPrompt;
  readonly turn?: RepairTurn | undefined;
}

/** The tool whose input is the answer. It is never run. */
export const answerTool = "give_answer";

const schema: Record<string, JsonValue> = JSON.parse(answerJsonSchema);
const callTheTool = `Give your answer by calling the tool "${answerTool}", once.`;
/** Fewer than in any language we write, so that counts of tokens come out too high. */
const charactersPerToken = 2.5;
/** What the engine adds for tools and the frame of the messages. */
const frameTokens = 500;

/**
 * The request: pictures before text, as Anthropic advises; `maxTokens` always; no sampling parameters, which newer models
 * refuse.
 */
export function converseRequest(parts: RequestParts): ConverseCommandInput {
  const { modelId, mode, nativePath, maxTokens } = parts;
  return {
    modelId,
    system: systemOf(parts),
    messages: messagesOf(parts),
    inferenceConfig: { maxTokens },
    ...((mode === "tool" || mode === "forced-tool") && { toolConfig: toolConfigOf(parts) }),
    ...(mode === "native" && nativeConfig[nativePath]),
  };
}

/** Most input tokens that a request may take. */
export function mostInputTokens(parts: Pick<RequestParts, "capabilities" | "pictures" | "prompt" | "turn">): number {
  const { prompt, turn, pictures, capabilities } = parts;
  const texts = [prompt.system, prompt.systemOfCall, prompt.user, answerInstruction, turn?.answer, turn?.repair];
  return tokensOfTexts(texts) + tokensOfPictures(pictures, capabilities) + frameTokens;
}

/** Most tokens of all pictures together. */
export function tokensOfPictures(pictures: readonly PictureSize[], { tier }: ModelCapabilities): number {
  return pictures.reduce((sum, picture) => sum + pictureTokens(picture, tier), 0);
}

function tokensOfTexts(texts: readonly (string | undefined)[]): number {
  return Math.ceil(texts.reduce((sum, text) => sum + (text?.length ?? 0), 0) / charactersPerToken);
}

/** What is the same in every call comes first; a cache point ends it where it is long enough to be cached. */
function systemOf({ prompt, promptCaching, capabilities, mode }: RequestParts): SystemContentBlock[] {
  const tools = mode === "tool" || mode === "forced-tool" ? answerJsonSchema : "";
  // A cautious count: a cache point on a prompt that is too short is ignored without a word.
  const prefix = (prompt.system.length + tools.length) / 5;
  const caches = promptCaching && prefix >= capabilities.cacheMinimumTokens;
  return [
    { text: prompt.system },
    ...(caches ? [{ cachePoint: { type: "default" as const } }] : []),
    { text: prompt.systemOfCall },
  ];
}

function messagesOf({ pictures, prompt, mode, turn }: RequestParts): Message[] {
  const format = mode === "instruction" ? [answerInstruction] : mode === "native" ? [] : [callTheTool];
  const content: ContentBlock[] = [
    ...pictures.map(({ bytes }) => ({ image: { format: "jpeg" as const, source: { bytes } } })),
    { text: [prompt.user, ...format].join("\n\n") },
  ];
  if (turn === undefined) return [{ role: "user", content }];
  // As text also when it was a call of the tool: such a call would have to be answered by a result of the tool.
  return [
    { role: "user", content },
    { role: "assistant", content: [{ text: turn.answer }] },
    { role: "user", content: [{ text: turn.repair }] },
  ];
}

function toolConfigOf({ mode, capabilities: { strictTools } }: RequestParts): ToolConfiguration {
  return {
    tools: [
      {
        toolSpec: {
          name: answerTool,
          description: "Takes the whole answer. Call it exactly once.",
          inputSchema: { json: schema },
          ...(strictTools && { strict: true }),
        },
      },
    ],
    toolChoice: mode === "forced-tool" ? { tool: { name: answerTool } } : { auto: {} },
  };
}

const nativeConfig: Readonly<Record<NativePath, Partial<ConverseCommandInput>>> = {
  outputConfig: {
    outputConfig: {
      textFormat: {
        type: "json_schema",
        structure: { jsonSchema: { name: answerTool, schema: answerJsonSchema } },
      },
    },
  },
  additionalModelRequestFields: {
    additionalModelRequestFields: { output_config: { format: { type: "json_schema", schema } } },
  },
};
