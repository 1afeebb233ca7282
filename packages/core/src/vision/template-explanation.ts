import { type Analysis, type Assessment, assessmentSchema, type Finding } from "../analysis/analysis.ts";
import type { CounterEvidence } from "../analysis/counter-evidence.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { cueArticle } from "../knowledge/cue-articles.ts";
import type { Citation, Explanation, Language } from "./explanation.ts";
import { type ExplanationWords, type SpokenEvidence, wordsIn } from "./explanation-words.ts";
import type { Passage } from "./knowledge-base.ts";
import { plainText } from "./plain-text.ts";
import { instructionCode } from "./vision-detection.ts";

/** What an explanation is written from. */
export interface TemplateParts {
  readonly assessment: Assessment;
  /** Strongest first, regions in the oriented image. */
  readonly findings: readonly Finding[];
  /** What speaks against forgery; default the findings of negative weight. */
  readonly against?: readonly CounterEvidence[];
  readonly language: Language;
  /** Of a knowledge base, best first: their scores are shown, and those on other matters are named as further reading. */
  readonly passages?: readonly Passage[];
  readonly warnings?: readonly string[];
}

type Sentence = Explanation["sentences"][number];

const mostPerSide = 3;
const [longestSentence, longestTitle] = [3000, 120];
const assessed: Citation = { kind: "assessment" };

/**
 * The explanation of an assessment, written from its evidence alone: the same parts give the same sentences. Each piece of
 * evidence is followed by what the article on its detector says of limits and false alarms.
 *
 * @example
 * const { sentences } = templateExplanation({ assessment, findings, language: "es" });
 */
export function templateExplanation(parts: TemplateParts): Explanation {
  const { assessment, findings, language, warnings = [] } = parts;
  const words = wordsIn(language);
  const supporting = findings.filter(({ weight }) => weight > 0).slice(0, mostPerSide);
  const opposing = (parts.against ?? findings).filter(({ weight }) => weight < 0).slice(0, mostPerSide);
  const sentences: Sentence[] = [
    { text: words.verdict(Math.round(assessment.forgery_score), assessment.verdict), cites: [assessed] },
    ...assessment.reasons.map((reason) => ({ text: words.reason(reason), cites: [assessed] })),
    ...supporting.map((evidence) => spoken(evidence, words.supports, words, parts)),
    ...opposing.map((evidence) => spoken(evidence, words.opposes, words, parts)),
    ...caveats([...supporting, ...opposing], parts),
    ...findings.filter(({ code }) => code === instructionCode).map((finding) => warned(finding, words)),
    ...(findings.length === 0 ? [{ text: words.noFinding, cites: [assessed] }] : []),
    ...furtherReading([...supporting, ...opposing], words, parts),
  ];
  return {
    language,
    author: "template",
    sentences: sentences.map(({ text, cites }) => ({ text: plainText(text, longestSentence), cites })),
    warnings: [...warnings],
  };
}

/** `ai_analysis`: the sentences in a row. */
export function explanationText({ sentences }: Pick<Explanation, "sentences">): string {
  return sentences.map(({ text }) => text).join(" ");
}

/**
 * The explanation of a finished analysis in a language: the stored one if it is in that language, else one that is
 * written from the stored evidence.
 *
 * @param language Default that of the stored explanation, else English.
 * @throws ArtGuardError `analysis.not-completed`
 */
export function explanationOf(
  analysis: Pick<
    Analysis,
    keyof Assessment | "request_id" | "status" | "explanation" | "findings" | "counter_evidence"
  >,
  language?: Language,
): Explanation {
  const { request_id, status, explanation, findings = [], counter_evidence } = analysis;
  if (explanation && (language ?? explanation.language) === explanation.language) return explanation;
  const { success, data: assessment } = assessmentSchema.safeParse(analysis);
  if (!success) throw new ArtGuardError("analysis.not-completed", `the analysis ${request_id} is ${status}`);
  return templateExplanation({
    assessment,
    findings,
    ...(counter_evidence && { against: counter_evidence }),
    language: language ?? "en",
  });
}

function spoken(
  evidence: SpokenEvidence,
  label: string,
  words: ExplanationWords,
  { assessment }: TemplateParts,
): Sentence {
  const ownWords = evidence.code !== undefined && isVision(evidence.detector, assessment);
  return {
    text: `${label} ${ownWords ? words.seen(evidence) : words.evidence(evidence)}`,
    cites: [detectorOf(evidence), ...(evidence.region ? [{ kind: "region" as const, region: evidence.region }] : [])],
  };
}

function isVision(detector: string, { contributions }: Assessment): boolean {
  return contributions.some(
    (each) => each.family === "vision" && (each.detectors ?? [each]).some((own) => own.detector === detector),
  );
}

function detectorOf({ detector, code }: Pick<SpokenEvidence, "detector" | "code">): Citation {
  return { kind: "detector", detector, ...(code !== undefined && { code }) };
}

/** What the articles on the detectors say of their limits, and of their false alarms where they accuse. */
function caveats(evidence: readonly SpokenEvidence[], { language, passages = [] }: TemplateParts): Sentence[] {
  return detectorsOf(evidence).flatMap((detector) => {
    const article = cueArticle(detector, language);
    if (!article) return [];
    const { title, limits, falseAlarms } = article;
    const accuses = evidence.some((each) => each.detector === detector && each.weight > 0);
    const source = sourceOf(detector);
    const score = passages.find((passage) => passage.source === source)?.score;
    return [
      {
        text: `${title}. ${limits}${accuses ? ` ${falseAlarms}` : ""}`,
        cites: [
          { kind: "detector", detector },
          { kind: "passage", source, title, ...(score !== undefined && { score }) },
        ],
      },
    ];
  });
}

function furtherReading(
  evidence: readonly SpokenEvidence[],
  words: ExplanationWords,
  { passages = [] }: TemplateParts,
): Sentence[] {
  const quoted = new Set(detectorsOf(evidence).map(sourceOf));
  const others = passages.filter(({ source }) => !quoted.has(source)).slice(0, mostPerSide);
  if (others.length === 0) return [];
  const titles = others.map(({ title, source }) => `“${plainText(title ?? source, longestTitle)}”`);
  return [
    {
      text: words.furtherReading(titles),
      cites: others.map(({ source, title, score }) => ({
        kind: "passage",
        source,
        ...(title !== undefined && { title }),
        ...(score !== undefined && { score }),
      })),
    },
  ];
}

function warned(finding: Finding, words: ExplanationWords): Sentence {
  return { text: words.instruction, cites: [detectorOf(finding)] };
}

function detectorsOf(evidence: readonly SpokenEvidence[]): string[] {
  return [...new Set(evidence.map(({ detector }) => detector))];
}

/** Where an article that ArtGuard ships stands. */
function sourceOf(detector: string): string {
  return `artguard:${detector}`;
}
