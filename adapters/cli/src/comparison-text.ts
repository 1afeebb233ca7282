import type { AnalysisComparison, ComparedAnalysis, DetectorOpinion, Finding } from "@artguard/core";
import { printable } from "./printable.ts";

/** What differs between two analyses, in lines for people. */
export function comparisonText({ from, to, same_image, assessment, findings, detectors }: AnalysisComparison): string {
  const { score_difference, reasons_added, reasons_removed, families } = assessment;
  const lines = [
    sideText(from),
    sideText(to),
    same_image ? "the same image" : "not the same image",
    `score ${signed(score_difference, 1)}${assessment.verdict ? `, ${from.verdict} became ${to.verdict}` : ", the same verdict"}${
      assessment.policy ? `, policy ${from.policy_version} became ${to.policy_version}` : ""
    }`,
    ...reasons_added.map((reason) => `  + ${printable(reason)}`),
    ...reasons_removed.map((reason) => `  - ${printable(reason)}`),
    ...families.map(({ family, from: a, to: b }) => `  ${family}: ${signed(a, 2)} became ${signed(b, 2)}`),
    ...section("findings that came", findings.appeared.map(findingText)),
    ...section("findings that went", findings.disappeared.map(findingText)),
    ...section(
      "findings with another weight",
      findings.reweighed.map(
        ({ detector, code, from: a, to: b }) =>
          `${printable(`${detector}/${code}`)}: ${signed(a, 2)} became ${signed(b, 2)}`,
      ),
    ),
    ...section(
      "detectors",
      detectors.map(
        ({ detector, from: a, to: b }) => `${printable(detector)}: ${opinionText(a)} became ${opinionText(b)}`,
      ),
    ),
  ];
  return lines.join("\n");
}

function sideText({
  request_id,
  version_number,
  verdict,
  forgery_score,
  analyzed_at,
  filename,
}: ComparedAnalysis): string {
  const result = `${request_id}, result ${version_number}`;
  return `${result}: ${verdict} ${forgery_score.toFixed(0)}, ${analyzed_at}, ${printable(filename)}`;
}

function section(title: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [] : [`${title}:`, ...rows.map((row) => `  ${row}`)];
}

function findingText({ detector, code, weight, claim }: Finding): string {
  return `${signed(weight, 2)}  ${printable(`${detector}/${code}: ${claim}`)}`;
}

function opinionText(opinion: DetectorOpinion | null): string {
  if (!opinion) return "not asked";
  const { version, status, score } = opinion;
  return `${status}${score === null ? "" : ` ${score.toFixed(0)}`} (${printable(version)})`;
}

function signed(value: number, digits: number): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(digits)}`;
}
