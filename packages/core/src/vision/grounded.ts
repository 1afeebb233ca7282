import { citableDetectors } from "./evidence-rows.ts";
import { citablePassages } from "./prompt.ts";
import type { VisionAnswer, VisionRequest } from "./vision-model.ts";

type Claims = Pick<VisionAnswer, "sentences" | "findings">;
type Shown = Pick<VisionRequest, "evidence" | "crops" | "passages">;

/**
 * The sentences and findings that rest on what the model was shown. One that cites nothing, or anything else, is dropped
 * as a whole; a finding has to cite a detector or a place, because a document cannot have seen the picture.
 */
export function groundedClaims({ sentences, findings }: Claims, request: Shown): Claims & { readonly dropped: number } {
  const evidence = new Set(citableEvidence(request));
  const known = new Set(citableNames(request));
  const rests = ({ cites }: { readonly cites: readonly string[] }) =>
    cites.length > 0 && cites.every((cite) => known.has(cite));
  const kept = {
    sentences: sentences.filter(rests),
    findings: findings.filter((finding) => rests(finding) && finding.cites.some((cite) => evidence.has(cite))),
  };
  const dropped = sentences.length - kept.sentences.length + findings.length - kept.findings.length;
  return { ...kept, dropped };
}

/** Every name that a model may cite: detectors, places, passages. */
export function citableNames(request: Shown): string[] {
  return [...citableEvidence(request), ...citablePassages(request)];
}

function citableEvidence({ evidence, crops }: Shown): string[] {
  return [...citableDetectors(evidence), ...crops.map(({ id }) => id)];
}
