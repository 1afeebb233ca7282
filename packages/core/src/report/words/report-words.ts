import type { Detection } from "../../detection/detection.ts";
import type { Verdict } from "../../fusion/verdict.ts";
import type { Language } from "../../vision/explanation.ts";
import type { ReportedProvenance } from "../reported-provenance.ts";

type Credentials = ReportedProvenance["content_credentials"];
type Section =
  | "where"
  | "explanation"
  | "findings"
  | "against"
  | "stability"
  | "provenance"
  | "history"
  | "manifests"
  | "detectors"
  | "file";
type ProvenanceFact =
  | "manifest"
  | "signer"
  | "address"
  | "failures"
  | "identity"
  | "generator"
  | "source"
  | "camera"
  | "programs"
  | "created"
  | "modified"
  | "thumbnail";

/** Everything that an evidence page says of its own. Numbers come as text of the same language. */
export interface ReportWords {
  /** BCP 47, for numbers and dates. */
  readonly locale: string;
  /** Verdicts as a person would say them. */
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly headings: Readonly<Record<Section, string>>;
  readonly allImages: string;
  /** Before the score, the score, and after it. */
  score(score: string, low: string, high: string): readonly [string, string, string];
  coverage(coverage: string, agreement: string): string;
  readonly caution: string;
  readonly picture: {
    image(name: string): string;
    /** In the place of a picture that is not kept. */
    readonly frame: string;
    heatMap(label: string): string;
    readonly nothing: string;
    readonly gone: string;
    readonly legend: string;
    /** The map of all detectors together. */
    readonly all: string;
    displayOnly(detector: string): string;
    readonly none: string;
    readonly strength: string;
    /** After a number, for a screen reader. */
    readonly percent: string;
    readonly outlines: string;
    readonly meaning: string;
  };
  readonly regions: { readonly caption: string; readonly columns: readonly string[] };
  readonly evidence: {
    readonly noFindings: string;
    readonly nothingAgainst: string;
    readonly limitation: string;
    readonly overturnedBy: string;
    readonly informs: string;
    forgery(weight: string): string;
    authenticity(weight: string): string;
  };
  readonly explanation: {
    readonly warning: string;
    readonly open: string;
    readonly byTemplate: string;
    byModel(author: string): string;
    readonly inLanguage: Readonly<Record<Language, string>>;
    score(score: string, verdict: string, policy: string): string;
    weight(weight: string): string;
    readonly noFinding: string;
    passageScore(score: string): string;
    place(width: number, height: number, x: number, y: number): string;
  };
  readonly detectors: {
    readonly caption: string;
    readonly columns: readonly string[];
    readonly outcomes: Readonly<Record<Detection["status"], string>>;
    readonly notScored: string;
    error(error: NonNullable<Detection["error"]>): string;
  };
  readonly file: {
    readonly type: string;
    readonly size: string;
    sizeOf(width: string, height: string, bytes: string): string;
    readonly analysed: string;
    analysedOn(moment: string, seconds: string): string;
    readonly request: string;
    readonly policy: string;
  };
  readonly stability: {
    caption(verdict: string, score: string): string;
    readonly columns: readonly string[];
    readonly notProbed: string;
    readonly failed: string;
    readonly notReached: string;
    readonly notKnown: string;
    readonly unfinished: string;
    readonly incomplete: string;
    readonly none: string;
  };
  readonly provenance: {
    readonly integrity: Readonly<Record<Credentials["integrity"], string>>;
    readonly signers: Readonly<Record<NonNullable<Credentials["signer"]>, string>>;
    readonly facts: Readonly<Record<ProvenanceFact, string>>;
    generator(name: string, field: string, excerpt: string): string;
    similarity(similarity: string): string;
    readonly untitled: string;
    signedBy(issuer: string): string;
    readonly actions: string;
    readonly sources: string;
    readonly ingredient: string;
    readonly broken: string;
    readonly noManifest: string;
  };
}
