import { type Analysis, type CitedEvidence, citedEvidence, type Explanation, type Finding } from "@artguard/core";

/** The evidence under a sentence, one line each; a place is told once, beside the finding that has it. */
export function evidenceLines({ cites }: Explanation["sentences"][number], analysis: Analysis): string[] {
  const evidence = cites.flatMap((cite) => citedEvidence(cite, analysis));
  const places = new Set(
    evidence.flatMap((each) => (each.kind === "finding" && each.region ? place(each.region) : [])),
  );
  return evidence.map(evidenceWords).filter((line) => !places.has(line));
}

function evidenceWords(evidence: CitedEvidence): string {
  switch (evidence.kind) {
    case "assessment":
      return `score ${Math.round(evidence.forgery_score ?? 0)}, ${evidence.verdict}, policy ${evidence.policy_version}`;
    case "finding":
      return `${evidence.detector}/${evidence.code}, weight ${signed(evidence.weight)}${
        evidence.region ? `, ${place(evidence.region)}` : ""
      }`;
    case "silence":
      return `${evidence.detector}, no finding, weight ${signed(evidence.weight)}`;
    case "detector":
      return [evidence.detector, evidence.status, evidence.reason].filter((part) => part !== undefined).join(", ");
    case "region":
      return place(evidence.region);
    case "passage": {
      const title = evidence.title === undefined ? "" : `“${evidence.title}” `;
      const score = evidence.score === undefined ? "" : `, score ${evidence.score.toFixed(2)}`;
      return `${title}${evidence.source}${score}`;
    }
  }
}

/** Who wrote an explanation, and in which language. */
export function authorWords({ author, language }: Pick<Explanation, "author" | "language">): string {
  const writer = author === "template" ? "Written from the evidence by a template" : `Written by the model ${author}`;
  return `${writer}, in ${{ en: "English", es: "Spanish" }[language]}.`;
}

function place({ x, y, width, height }: NonNullable<Finding["region"]>): string {
  return `${width} × ${height} px at x ${x}, y ${y}`;
}

function signed(weight: number): string {
  return `${weight > 0 ? "+" : ""}${weight.toFixed(2)}`;
}
