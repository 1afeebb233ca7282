import { z } from "zod";
import { type ManifestNode, manifestTree } from "./manifest-tree.ts";

/**
 * What became of a C2PA manifest: `intact` every hash and signature holds; `tampered` one does not; `malformed` it
 * cannot be read; `unsupported` it uses an algorithm this reader does not know; `remote-only` the file only names an
 * address, which is never opened; `absent` there is none.
 */
export type ManifestIntegrity = "intact" | "tampered" | "malformed" | "unsupported" | "remote-only" | "absent";

/** Whether the certificate of the signer is on the trust list; expired certificates are told apart from tampering. */
export type ManifestSigner = "trusted" | "untrusted" | "expired";

/** Content Credentials (C2PA) of a file: integrity apart from signer. */
export interface ContentCredentials {
  readonly integrity: ManifestIntegrity;
  /** Null unless the manifest is intact or tampered. */
  readonly signer: ManifestSigner | null;
  /** C2PA status codes of what failed, the signer's trust left out. */
  readonly failures: readonly string[];
  /** Status codes of CAWG identity assertions, which speak of persons and not of the image. */
  readonly identity_failures: readonly string[];
  /** True when an ingredient was already broken when it was taken in; the image itself may be intact. */
  readonly bad_ingredient: boolean;
  readonly remote_url: string | null;
  readonly active_manifest: ManifestNode | null;
}

const statusSchema = z.object({ code: z.string() });
const resultsSchema = z.object({ failure: z.array(statusSchema).default([]) });

const ingredientSchema = z.object({
  title: z.string().optional(),
  relationship: z.string().optional(),
  active_manifest: z.string().optional(),
  validation_status: z.array(statusSchema).optional(),
  validation_results: z.object({ activeManifest: resultsSchema.optional() }).optional(),
});

const manifestSchema = z.object({
  title: z.string().optional(),
  claim_generator: z.string().optional(),
  claim_generator_info: z.array(z.object({ name: z.string().optional() })).optional(),
  signature_info: z
    .object({ issuer: z.string().nullish(), common_name: z.string().nullish(), time: z.string().nullish() })
    .nullish(),
  ingredients: z.array(ingredientSchema).default([]),
  assertions: z.array(z.object({ label: z.string(), data: z.unknown() })).default([]),
});
/** One manifest of a store, as far as it is read here. */
export type Manifest = z.infer<typeof manifestSchema>;

const storeSchema = z.object({
  active_manifest: z.string().nullish(),
  manifests: z.record(z.string(), manifestSchema).default({}),
  validation_state: z.string().optional(),
  validation_results: z
    .object({
      activeManifest: resultsSchema.optional(),
      ingredientDeltas: z.array(z.object({ validationDeltas: resultsSchema })).default([]),
    })
    .optional(),
});

/** Credentials of a file without a readable manifest. */
export function withoutManifest(
  integrity: "malformed" | "unsupported" | "remote-only" | "absent",
  remoteUrl: string | null = null,
): ContentCredentials {
  return {
    integrity,
    signer: null,
    failures: [],
    identity_failures: [],
    bad_ingredient: false,
    remote_url: remoteUrl,
    active_manifest: null,
  };
}

/**
 * Reads the JSON of a validated manifest store.
 *
 * C2PA 2.1, section 15: `*.mismatch` in the active manifest, or appearing in an ingredient since it was taken in, means
 * that bytes were changed after signing. What a signer recorded as broken when taking an ingredient in does not.
 */
export function interpretManifestStore(json: string): ContentCredentials {
  const parsed = storeSchema.safeParse(JSON.parse(json));
  const store = parsed.data;
  if (!store?.active_manifest || !store.manifests[store.active_manifest]) return withoutManifest("malformed");
  const active = codes(store.validation_results?.activeManifest);
  const deltas =
    store.validation_results?.ingredientDeltas.flatMap(({ validationDeltas }) => codes(validationDeltas)) ?? [];
  const all = [...new Set([...active, ...deltas])];
  return {
    integrity: integrityOf(all.filter((code) => !isIdentity(code))),
    signer: signerOf(store.validation_state, active),
    failures: all.filter((code) => !isIdentity(code) && !code.startsWith("signingCredential.")),
    identity_failures: all.filter(isIdentity),
    bad_ingredient: Object.values(store.manifests).some(hasBadIngredient),
    remote_url: null,
    active_manifest: manifestTree(store.manifests, store.active_manifest),
  };
}

function codes(results: z.infer<typeof resultsSchema> | undefined): string[] {
  return results?.failure.map(({ code }) => code) ?? [];
}

function isIdentity(code: string): boolean {
  return code.startsWith("cawg.");
}

function integrityOf(failures: readonly string[]): ManifestIntegrity {
  if (failures.some((code) => code.endsWith(".mismatch"))) return "tampered";
  if (failures.some((code) => code === "algorithm.unsupported")) return "unsupported";
  return failures.some((code) => unreadable.test(code)) ? "malformed" : "intact";
}

/** Codes of a claim, signature or hash that is not there or not in a form that could be checked. */
const unreadable =
  /^(?:claim|claimSignature|assertion\.(?:cbor|json)|general)\.(?:missing|multiple|invalid|error)$|^claim\.hardBindings\./;

function signerOf(state: string | undefined, failures: readonly string[]): ManifestSigner {
  if (failures.includes("signingCredential.expired")) return "expired";
  return state === "Trusted" ? "trusted" : "untrusted";
}

function hasBadIngredient({ ingredients }: Manifest): boolean {
  return ingredients.some((ingredient) => ingredientFailures(ingredient).length > 0);
}

/** Codes that a signer recorded as failed when it took an ingredient in; untrusted certificates are no defect. */
export function ingredientFailures(ingredient: Manifest["ingredients"][number]): string[] {
  const recorded = [
    ...(ingredient.validation_status ?? []),
    ...(ingredient.validation_results?.activeManifest?.failure ?? []),
  ];
  const failed = recorded.map(({ code }) => code).filter((code) => !code.startsWith("signingCredential."));
  return [...new Set(failed)];
}
