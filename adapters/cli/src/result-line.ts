import { styleText } from "node:util";
import { type CompletedAnalysis, reasonSentence, type Verdict } from "@artguard/core";
import { isFailed, type Judged, type Outcome } from "./outcome.ts";
import { printable } from "./printable.ts";

const verdictStyles = { AUTHENTIC: "green", SUSPICIOUS: "yellow", LIKELY_FORGED: "red" } as const satisfies Record<
  Verdict,
  string
>;

/** One line for people: verdict, score, path and the strongest finding (or why there is none), or why the input failed. */
export function textLine(outcome: Outcome): string {
  const path = printable(outcome.path);
  if (isFailed(outcome)) {
    const { code, message, fix } = outcome.error;
    return `${styled("red", "FAILED".padEnd(13))}      ${path}: ${printable(message)} (${code}) ${printable(fix)}`;
  }
  const { verdict, forgery_score, findings, reasons } = outcome.analysis;
  const strongest = findings.find(({ weight }) => weight > 0)?.claim;
  const score = forgery_score.toFixed(0).padStart(3);
  const line = `${styled(verdictStyles[verdict], verdict.padEnd(13))} ${score}  ${path}`;
  const why = verdict === "AUTHENTIC" ? weakSign(strongest) : (strongest ?? spoken(reasons));
  return why ? `${line}  ${printable(why)}` : line;
}

function weakSign(claim: string | undefined): string | undefined {
  return claim && `Too weak a sign for a doubt: ${claim}`;
}

/** A verdict that no finding explains is explained by its reasons, for example that too little could be judged. */
function spoken(reasons: CompletedAnalysis["reasons"]): string {
  return reasons.map((reason) => reasonSentence(reason)).join(" ");
}

/** One line on how the explanation was written and what it says; empty for an input that failed. */
export function explanationLine(outcome: Outcome): string {
  if (isFailed(outcome) || !outcome.analysis.explanation) return "";
  const { ai_analysis, explanation } = outcome.analysis;
  const { author, language, warnings } = explanation;
  const writer = author === "template" ? "written from the evidence" : `written by ${author}`;
  return `  ${printable(`${language}, ${writer}: ${[...warnings, ai_analysis].join(" ")}`)}\n`;
}

/** One JSON object for programs; its fields are listed in `docs/cli-output.md`. */
export function jsonLine(outcome: Outcome): string {
  return JSON.stringify(isFailed(outcome) ? outcome : judgedFields(outcome));
}

function judgedFields({ path, analysis, heatmap, report }: Judged) {
  const { request_id, status, forgery_score, verdict, confidence, coverage, agreement, reasons } = analysis;
  const { sha256, width, height, content_type, findings, regions, policy_version, elapsed_ms } = analysis;
  const { counter_evidence, stability, explanation, model, cost_usd, stages, unfinished } = analysis;
  return {
    path,
    request_id,
    status,
    forgery_score,
    verdict,
    confidence,
    coverage,
    agreement,
    reasons,
    detectors: analysis.detections.map(({ heatmap: _, regions: __, findings: ___, ...detection }) => detection),
    findings,
    counter_evidence,
    regions,
    ...(stability && { stability }),
    explanation,
    model,
    cost_usd,
    stages,
    ...(unfinished && { unfinished }),
    sha256,
    width,
    height,
    content_type,
    policy_version,
    elapsed_ms,
    ...(heatmap !== undefined && { heatmap }),
    ...(report !== undefined && { report }),
  };
}

function styled(style: "green" | "yellow" | "red", text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
