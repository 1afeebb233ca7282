import { ingredientFailures, type Manifest } from "./content-credentials.ts";
import { lastSegment } from "./xmp-facts.ts";

/** A manifest and the ingredients it names, as far down as the file tells. Text as written, never trusted. */
export interface ManifestNode {
  readonly label: string;
  readonly title: string | null;
  /** The program that made the claim. */
  readonly claim_generator: string | null;
  readonly issuer: string | null;
  /** ISO 8601, of the time stamp. */
  readonly signed_at: string | null;
  /** Actions in order, e.g. `c2pa.created`. */
  readonly actions: readonly string[];
  /** Terms of IPTC digital source types, e.g. `trainedAlgorithmicMedia`. */
  readonly digital_source_types: readonly string[];
  readonly ingredients: readonly IngredientNode[];
}

/** An image that went into another one. */
export interface IngredientNode {
  readonly title: string | null;
  /** e.g. `parentOf`, `componentOf`. */
  readonly relationship: string | null;
  /** C2PA status codes that the signer recorded when taking it in. */
  readonly failures: readonly string[];
  readonly manifest: ManifestNode | null;
}

const deepest = 12;
const mostNodes = 200;
const mostActions = 50;
const longestText = 200;

/** The tree of manifests under `label`. Cut at a depth of 12 and 200 manifests: a hostile store may name itself. */
export function manifestTree(manifests: Readonly<Record<string, Manifest>>, label: string): ManifestNode | null {
  let left = mostNodes;
  const node = (label: string | undefined, depth: number): ManifestNode | null => {
    const manifest = label === undefined ? undefined : manifests[label];
    if (!manifest || depth > deepest || left-- <= 0) return null;
    return {
      ...describe(label!, manifest),
      ingredients: manifest.ingredients.slice(0, mostNodes).map((ingredient) => ({
        title: cut(ingredient.title),
        relationship: cut(ingredient.relationship),
        failures: ingredientFailures(ingredient),
        manifest: node(ingredient.active_manifest, depth + 1),
      })),
    };
  };
  return node(label, 0);
}

function describe(label: string, manifest: Manifest): Omit<ManifestNode, "ingredients"> {
  const actions = manifest.assertions
    .filter(({ label }) => /^c2pa\.actions(?:\.v\d+)?$/.test(label))
    .flatMap(actionsOf);
  return {
    label: label.slice(0, longestText),
    title: cut(manifest.title),
    claim_generator: cut(manifest.claim_generator_info?.[0]?.name ?? manifest.claim_generator),
    issuer: cut(manifest.signature_info?.issuer),
    signed_at: cut(manifest.signature_info?.time),
    actions: actions.map(({ action }) => action).slice(0, mostActions),
    digital_source_types: [...new Set(actions.flatMap(({ source }) => source ?? []))].slice(0, mostActions),
  };
}

function actionsOf({ data }: Manifest["assertions"][number]): { action: string; source?: string }[] {
  const list = (data as { actions?: unknown } | null)?.actions;
  if (!Array.isArray(list)) return [];
  return list.slice(0, mostActions).flatMap((entry: Record<string, unknown> | null) => {
    const action = entry?.["action"];
    const source = entry?.["digitalSourceType"];
    if (typeof action !== "string") return [];
    return [
      { action: action.slice(0, longestText), ...(typeof source === "string" && { source: lastSegment(source) }) },
    ];
  });
}

function cut(text: string | null | undefined): string | null {
  return text?.slice(0, longestText) ?? null;
}

/** All manifests of a tree, parents before their ingredients. */
export function manifestsOf(root: ManifestNode | null): ManifestNode[] {
  return root ? [root, ...root.ingredients.flatMap(({ manifest }) => manifestsOf(manifest))] : [];
}
