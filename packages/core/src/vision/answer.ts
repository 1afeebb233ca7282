import type { z } from "zod";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { answerSchema } from "./answer-schema.ts";
import { citableNames, groundedClaims } from "./grounded.ts";
import { plainText } from "./plain-text.ts";
import { leaksSecret, type PromptSecrets } from "./prompt-secrets.ts";
import type { VisionAnswer, VisionFinding, VisionRequest } from "./vision-model.ts";

/** What a model said, checked: a {@link VisionAnswer} without what only the engine knows. */
export interface ReadAnswer extends Omit<VisionAnswer, "usage" | "details"> {
  /** Sentences and findings that were thrown away because they cite nothing, or nothing that was given. */
  readonly uncited: number;
}

const mostCharacters = 64 * 1024;
const longestInstruction = 200;

/**
 * Reads a model's answer: its form, lengths and citations. Text in it is one line of visible characters afterwards.
 *
 * @param output The JSON text, in a code fence or not, or the input of a tool call.
 * @throws ArtGuardError `vision.invalid-answer`, whose message tells the model what to mend; `vision.prompt-leaked`
 * @example
 * const { likelihood, sentences } = readAnswer("{}", visionRequest, newPromptSecrets());
 */
export function readAnswer(
  output: unknown,
  request: Pick<VisionRequest, "evidence" | "crops" | "passages">,
  secrets: PromptSecrets,
): ReadAnswer {
  const raw = typeof output === "string" ? output : serialized(output);
  if (raw === undefined) throw invalid("There is no JSON object in it.");
  if (leaksSecret(raw, secrets)) throw leaked();
  if (raw.length > mostCharacters) throw invalid(`It has more than ${mostCharacters} characters.`);
  const { success, data, error } = answerSchema.safeParse(typeof output === "string" ? parsed(output) : output);
  if (!success) throw invalid(describe(error.issues));
  // Again, without the escapes of JSON, and as a reader sees the parts in a row.
  if ([JSON.stringify(data), ...textsInRows(data)].some((text) => leaksSecret(text, secrets))) throw leaked();
  return checked(data, request);
}

/** A secret may be spread over sentences or findings. */
function textsInRows({ sentences, findings, instruction }: Answer): string[] {
  const texts = sentences.map(({ text }) => text);
  const claims = findings.map(({ claim }) => claim);
  const limitations = findings.map(({ limitation }) => limitation);
  return [[...texts, ...claims, instruction], limitations].map((row) => row.join(""));
}

type Answer = z.infer<typeof answerSchema>;

function checked(
  { sentences, findings, likelihood, instruction }: Answer,
  request: Pick<VisionRequest, "evidence" | "crops" | "passages">,
): ReadAnswer {
  const said = sentences.map(({ text, cites }) => ({ text: line(text), cites }));
  const grounded = groundedClaims({ sentences: said, findings: findings.map(plainFinding) }, request);
  const kept = grounded.sentences.filter(({ text }) => text !== "");
  if (kept.length === 0)
    throw invalid(`No sentence cites evidence by its name. The names are: ${citableNames(request).join(", ")}.`);
  const order = plainText(instruction, longestInstruction);
  return {
    sentences: kept,
    findings: grounded.findings.filter(({ claim }) => claim !== ""),
    likelihood,
    ...(order !== "" && { instruction: order }),
    uncited: grounded.dropped,
  };
}

function plainFinding({ claim, direction, limitation, cites }: VisionFinding): VisionFinding {
  return { claim: line(claim), direction, limitation: line(limitation), cites };
}

function line(text: string): string {
  return plainText(text, text.length);
}

/** Undefined when it is no JSON, or nested too deeply. */
function serialized(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return;
  }
}

/** The text between the first and the last brace as JSON; undefined when it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  } catch {
    return;
  }
}

/** In the schema's words: names of fields that the model made up are not repeated. */
function describe(issues: readonly z.core.$ZodIssue[]): string {
  const named = issues.slice(0, 5).map((issue) => {
    const problem = issue.code === "unrecognized_keys" ? "has fields that are not agreed" : issue.message;
    return `${issue.path.join(".") || "answer"}: ${problem}`;
  });
  return `${named.join("; ")}.`;
}

function invalid(message: string): ArtGuardError {
  return new ArtGuardError("vision.invalid-answer", `The model's answer does not have the agreed form. ${message}`);
}

function leaked(): ArtGuardError {
  return new ArtGuardError("vision.prompt-leaked", "The model's answer repeats secret parts of its prompt.");
}
