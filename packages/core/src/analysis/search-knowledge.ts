import { z } from "zod";
import type { Detection } from "../detection/detection.ts";
import { stopped, untilStopped } from "../detection/until-stopped.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { Language } from "../vision/explanation.ts";
import type { KnowledgeBase, Passage } from "../vision/knowledge-base.ts";
import { explanationWarning } from "./explanation-warnings.ts";

/** What a knowledge base gave. */
export interface KnowledgeOutcome {
  readonly passages: readonly Passage[];
  readonly warnings: readonly string[];
  readonly elapsed_ms: number;
}

/** An explanation cites few passages, and a prompt pays for each. */
const mostPassages = 5;

const passagesSchema = z.array(
  z.object({
    text: z.string().min(1),
    source: z.string().min(1),
    title: z.string().optional(),
    score: z.number().optional(),
  }),
);

/** Searches for what is known of the evidence. A knowledge base that fails or is late costs a warning, no more. */
export async function searchKnowledge(
  knowledge: KnowledgeBase,
  detections: readonly Detection[],
  language: Language,
  signal: AbortSignal,
): Promise<KnowledgeOutcome> {
  const started = performance.now();
  const ended = (passages: readonly Passage[], ...warnings: string[]) => ({
    passages,
    warnings,
    elapsed_ms: performance.now() - started,
  });
  const failed = (code?: string) => ended([], explanationWarning("knowledge", language, knowledge.id, code));
  try {
    const search = async () => knowledge.search(queryOf(detections), { limit: mostPassages, language, signal });
    const found = await untilStopped(search(), signal);
    if (found === stopped) return failed("detection.timed-out");
    return ended(passagesOf(found));
  } catch (error) {
    return failed(isArtGuardError(error) ? error.code : undefined);
  }
}

function passagesOf(found: readonly Passage[]): Passage[] {
  return passagesSchema
    .parse(found)
    .slice(0, mostPassages)
    .map(({ title, score, ...passage }) => ({
      ...passage,
      ...(title !== undefined && { title }),
      ...(score !== undefined && { score }),
    }));
}

/**
 * The names of the cues that have the most to say, and of what they found, as words. Claims are not in it: they may quote
 * the file.
 */
function queryOf(detections: readonly Detection[]): string {
  const strength = ({ log_likelihood_ratio = 0 }: Detection) => Math.abs(log_likelihood_ratio);
  const telling = detections
    .filter(({ status, family }) => status === "ok" && family !== "display")
    .toSorted((a, b) => strength(b) - strength(a))
    .slice(0, 3);
  const names = telling.flatMap(({ id, findings }) => [id, ...findings.slice(0, 2).map(({ code }) => code)]);
  return names.length === 0 ? "forgery score" : names.join(" ").replaceAll("-", " ");
}
