import { manifestsOf } from "./manifest-tree.ts";
import type { ProvenanceReport } from "./provenance-report.ts";

/** A finding with the weight of its rule. */
export interface ProvenanceFinding {
  readonly code: string;
  readonly claim: string;
  readonly limitation: string;
  /** What would overturn it, in one sentence. */
  readonly overturned_by: string;
  /** Natural logarithm; positive speaks for forgery. By judgement: there is no sample to measure them on. */
  readonly logLikelihoodRatio: number;
  /** Strong enough to decide alone. */
  readonly isDecisive?: true;
}

/** Terms of the IPTC digital source types that name a generative model. */
const generatedSourceTypes: ReadonlySet<string> = new Set([
  "trainedAlgorithmicMedia",
  "compositeWithTrainedAlgorithmicMedia",
]);

/** Below this similarity a thumbnail shows another picture. */
const sameThumbnail = 0.6;

const editors =
  /photoshop|lightroom|gimp|affinity|pixelmator|paint\.net|snapseed|picsart|facetune|canva|luminar|topaz|inpaint/i;

/**
 * What a provenance report and a thumbnail say, as weighed findings: a declared generator or a broken signature is
 * strong, a named editor is weak, a trusted signature speaks for the file, and a name without proof says nothing.
 */
export function provenanceFindings(report: ProvenanceReport, similarity: number | null): ProvenanceFinding[] {
  return [
    ...declaredGeneration(report),
    ...manifestFindings(report),
    ...thumbnailFinding(similarity),
    ...editorFinding(report),
    ...cameraFinding(report),
  ];
}

function declaredGeneration({
  content_credentials,
  generator,
  digital_source_types,
}: ProvenanceReport): ProvenanceFinding[] {
  const manifests = manifestsOf(content_credentials.active_manifest);
  const declaring = manifests.find((manifest) => manifest.digital_source_types.some(isGenerated));
  const program = declaring?.claim_generator ?? declaring?.issuer ?? "its signer";
  return [
    ...(declaring && content_credentials.integrity === "intact"
      ? [
          decisive(
            "declared-generated-signed",
            `An intact C2PA manifest by ${program} declares that a generative model made the image or a part of it.`,
            "It is the signer's own statement; who the signer is was not proved unless the certificate is trusted.",
            "A signature that does not verify, or the signer's word that the declaration was a mistake.",
          ),
        ]
      : []),
    ...(digital_source_types.some(isGenerated)
      ? [
          decisive(
            "declared-generated",
            "The XMP metadata declares that a generative model made the image or a part of it.",
            "Metadata is not signed: anyone can write it into any file.",
            "An older copy of the same picture without the declaration, such as the camera's own file.",
          ),
        ]
      : []),
    ...(generator
      ? [
          decisive(
            "generator-settings",
            `The file carries the settings of the image generator ${generator.name} (${generator.field}).`,
            "Settings are not signed: they could have been copied into another file.",
            "The same settings run again with a result that is another picture.",
          ),
        ]
      : []),
  ];
}

function decisive(code: string, claim: string, limitation: string, overturned_by: string): ProvenanceFinding {
  return { code, claim, limitation, overturned_by, logLikelihoodRatio: 4, isDecisive: true };
}

function isGenerated(term: string): boolean {
  return generatedSourceTypes.has(term);
}

function manifestFindings({ content_credentials }: ProvenanceReport): ProvenanceFinding[] {
  const { integrity, signer, failures, identity_failures, bad_ingredient, remote_url } = content_credentials;
  const informs = (code: string, claim: string, limitation: string, overturned_by: string): ProvenanceFinding[] => [
    { code, claim, limitation, overturned_by, logLikelihoodRatio: 0 },
  ];
  const byIntegrity: Record<typeof integrity, () => ProvenanceFinding[]> = {
    absent: () => [],
    intact: () => [intactFinding(signer)],
    tampered: () => [
      {
        code: "manifest-tampered",
        claim: `The file was changed after its C2PA manifest was signed (${failures.join(", ")}).`,
        limitation: "Tools that rewrite metadata without care break manifests too, without changing the picture.",
        overturned_by: "The file as it was signed, if its pixels are the same.",
        logLikelihoodRatio: 3.5,
      },
    ],
    malformed: () =>
      informs(
        "manifest-malformed",
        "The file carries a C2PA manifest that cannot be read.",
        "A damaged copy is no sign of forgery.",
        "An intact copy of the file.",
      ),
    unsupported: () =>
      informs(
        "manifest-unsupported",
        "The file carries a C2PA manifest with an algorithm that this reader does not know.",
        "Nothing was verified.",
        "A reader that knows the algorithm.",
      ),
    "remote-only": () =>
      informs(
        "manifest-remote",
        `The file names a C2PA manifest at ${remote_url}, which was not opened.`,
        "Nothing was verified: opening it would tell its server which image is being examined.",
        "The manifest itself, fetched and verified.",
      ),
  };
  return [
    ...byIntegrity[integrity](),
    ...(bad_ingredient
      ? informs(
          "ingredient-broken",
          "The manifest records that an ingredient's own manifest was already broken when it was taken in.",
          "It speaks of the ingredient's past, not of this file.",
          "The ingredient as it was signed.",
        )
      : []),
    ...(identity_failures.length > 0
      ? informs(
          "identity-unverified",
          `An identity assertion (CAWG) does not hold (${identity_failures.join(", ")}).`,
          "It speaks of who claims the image, not of the image.",
          "A valid identity assertion by the same person.",
        )
      : []),
  ];
}

function intactFinding(signer: ProvenanceReport["content_credentials"]["signer"]): ProvenanceFinding {
  const isTrusted = signer === "trusted";
  const words = {
    trusted: "a trusted signer",
    untrusted: "an unknown signer",
    expired: "a signer whose certificate has expired",
  };
  return {
    code: "manifest-intact",
    claim: `The file is unchanged since its C2PA manifest was signed by ${words[signer ?? "untrusted"]}.`,
    limitation: isTrusted
      ? "It does not say that the scene before the signature was genuine."
      : "Anyone can sign: without a trusted certificate this proves nothing about the origin.",
    overturned_by:
      "Proof that the signer's key was stolen or that the signed scene was staged or a picture of a picture.",
    logLikelihoodRatio: isTrusted ? -1.5 : 0,
  };
}

function thumbnailFinding(similarity: number | null): ProvenanceFinding[] {
  if (similarity === null || similarity >= sameThumbnail) return [];
  return [
    {
      code: "thumbnail-mismatch",
      claim: `The embedded EXIF thumbnail shows another picture than the image (similarity ${similarity.toFixed(2)} of 1).`,
      limitation: "Crops and rotations by programs that do not update the thumbnail leave this trace too.",
      overturned_by: "The uncropped original, if the thumbnail shows the whole of it.",
      logLikelihoodRatio: 2,
    },
  ];
}

function editorFinding({ software, history }: ProvenanceReport): ProvenanceFinding[] {
  const editor = software.find((name) => editors.test(name));
  if (editor === undefined) return [];
  const saved = history.filter(({ action }) => action === "saved").length;
  return [
    {
      code: "editing-software",
      claim: `The metadata names the editing program ${editor}${saved > 1 ? `, which saved the image ${saved} times` : ""}.`,
      limitation: "Most uses of such programs are harmless: development, resizing, export.",
      overturned_by: "The file before that program, if its pixels tell the same scene.",
      logLikelihoodRatio: 0.4,
    },
  ];
}

function cameraFinding({ camera, created }: ProvenanceReport): ProvenanceFinding[] {
  if (!camera) return [];
  const name = [camera.make, camera.model].filter((part) => part !== null).join(" ");
  return [
    {
      code: "camera-named",
      claim: `The EXIF metadata names the camera ${name}${created ? ` and the time ${created}` : ""}.`,
      limitation: "EXIF is not signed: anyone can write it into any file.",
      overturned_by:
        "Traces in the pixels that this camera does not leave, such as another size or another compression.",
      logLikelihoodRatio: 0,
    },
  ];
}
