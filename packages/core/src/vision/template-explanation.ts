import { type Analysis, type Assessment, assessmentSchema, type Finding } from "../analysis/analysis.ts";
import type { CounterEvidence } from "../analysis/counter-evidence.ts";
import type { EvidenceFamily } from "../detection/detection.ts";
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
/** Log-odds that move an undecided score by 5 points. */
const noticeable = 0.2;
const [longestSentence, longestTitle] = [3000, 120];
const assessed: Citation = { kind: "assessment" };

/**
 * The explanation of an assessment, written from its evidence alone: the same parts give the same sentences. What the
 * articles on the detectors say of limits and false alarms follows where there is a finding.
 *
 * @example
 * const { sentences } = templateExplanation({ assessment, findings, language: "es" });
 */
export function templateExplanation(parts: TemplateParts): Explanation {
  const { assessment, findings, language, warnings = [] } = parts;
  const words = wordsIn(language);
  const supporting = findings.filter(({ weight }) => weight > 0).slice(0, mostPerSide);
  const opposing = (parts.against ?? findings).filter(({ weight }) => weight < 0).slice(0, mostPerSide);
  const silent = new Set(opposing.filter((evidence) => isSilent(evidence, parts)));
  const reported = [...supporting, ...opposing].filter(({ code }) => code !== undefined);
  const sentences: Sentence[] = [
    { text: words.verdict(Math.round(assessment.forgery_score), assessment.verdict), cites: [assessed] },
    ...assessment.reasons.map((reason) => ({ text: words.reason(reason), cites: [assessed] })),
    ...(findings.length === 0 ? [{ text: words.noFinding, cites: [assessed] }] : []),
    ...supporting.map((evidence) => spoken(evidence, words.supports, words, parts)),
    ...together(unreported(parts), (detectors) => words.leaning(detectors)),
    ...opposing.filter((evidence) => !silent.has(evidence)).map((each) => spoken(each, words.opposes, words, parts)),
    ...together(detectorsOf([...silent]), (detectors) => `${words.opposes} ${words.silent(detectors)}`),
    ...caveats(reported, parts),
    ...findings.filter(({ code }) => code === instructionCode).map((finding) => warned(finding, words)),
    ...furtherReading(reported, words, parts),
  ];
  return {
    language,
    author: "template",
    sentences: sentences.map(({ text, cites }) => ({ text: plainText(text, longestSentence), cites })),
    warnings: [...warnings],
  };
}

/**
 * `ai_analysis`: the sentences in a row.
 *
 * @example
 * console.log(explanationText(explanationOf(analysis)));
 */
export function explanationText({ sentences }: Pick<Explanation, "sentences">): string {
  return sentences.map(({ text }) => text).join(" ");
}

/**
 * The explanation of a finished analysis in a language: the stored one if it is in that language, else one that is
 * written from the stored evidence.
 *
 * @param language Default that of the stored explanation, else English.
 * @throws ArtGuardError `analysis.not-completed`
 * @example
 * const { sentences } = explanationOf(analysis, "es");
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
  const ownWords = evidence.code !== undefined && isOf(["vision"], evidence.detector, assessment);
  return {
    text: `${label} ${ownWords ? words.seen(evidence) : words.evidence(evidence)}`,
    cites: [detectorOf(evidence), ...(evidence.region ? [{ kind: "region" as const, region: evidence.region }] : [])],
  };
}

/** One sentence on several detectors, none on no detector. */
function together(detectors: readonly string[], say: (detectors: readonly string[]) => string): Sentence[] {
  if (detectors.length === 0) return [];
  return [{ text: say(detectors), cites: detectors.map((detector) => ({ kind: "detector", detector })) }];
}

/** Detectors that raise the score noticeably without a finding that says so, strongest first. */
function unreported({ assessment, findings }: TemplateParts): string[] {
  const said = new Set(findings.filter(({ weight }) => weight > 0).map(({ detector }) => detector));
  return sharesOf(assessment)
    .filter(({ detector, log_odds }) => log_odds >= noticeable && !said.has(detector))
    .sort((a, b) => b.log_odds - a.log_odds)
    .slice(0, mostPerSide)
    .map(({ detector }) => detector);
}

/** True for a measuring detector that looked and found nothing at all. */
function isSilent({ detector, code }: SpokenEvidence, { assessment, findings }: TemplateParts): boolean {
  const isModel = isOf(["vision", "remote-model"], detector, assessment);
  const accuses = findings.some((each) => each.detector === detector && each.direction === "forged");
  return code === undefined && !isModel && !accuses;
}

function isOf(families: readonly EvidenceFamily[], detector: string, assessment: Assessment): boolean {
  return sharesOf(assessment).some((each) => each.detector === detector && families.includes(each.family));
}

function sharesOf({ contributions }: Assessment) {
  return contributions.flatMap(({ family, detectors, ...alone }) =>
    (detectors ?? [alone]).map(({ detector, log_odds }) => ({ family, detector, log_odds })),
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
