import type { Detection } from "@artguard/core";
import type { ContentCredentials, IngredientNode, ManifestNode, ProvenanceReport } from "@artguard/forensics";
import { html, type Markup } from "./html.ts";

/** What the file says about where it comes from; manifests as a tree. Nothing when it says nothing. */
export function provenanceSection(detections: readonly Detection[]): Markup {
  const measurements = detections.find(({ id }) => id === "provenance")?.measurements;
  const report = measurements?.["report"] as ProvenanceReport | undefined;
  if (!report) return html``;
  return html`<h2>Provenance</h2>
<dl>${factsOf(report, measurements?.["thumbnail_similarity"]).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${report.history.length > 0 && historyList(report)}
${report.content_credentials.active_manifest && manifestTree(report.content_credentials.active_manifest)}`;
}

const integrityWords: Readonly<Record<ContentCredentials["integrity"], string>> = {
  intact: "intact: the file is unchanged since it was signed",
  tampered: "broken: the file was changed after it was signed",
  malformed: "cannot be read",
  unsupported: "uses an algorithm that is not supported",
  "remote-only": "elsewhere; its address was not opened",
  absent: "none",
};

function factsOf(report: ProvenanceReport, similarity: unknown): [string, string][] {
  const { content_credentials: c2pa, camera, generator, software, digital_source_types, created, modified } = report;
  const facts: [string, string | null | undefined | false][] = [
    ["C2PA manifest", integrityWords[c2pa.integrity]],
    ["Signer", c2pa.signer],
    ["Manifest address", c2pa.remote_url],
    ["What failed", c2pa.failures.join(", ")],
    ["Identity assertions", c2pa.identity_failures.join(", ")],
    ["Image generator", generator && `${generator.name}, in ${generator.field}: ${generator.excerpt}`],
    ["Digital source type", digital_source_types.join(", ")],
    ["Camera", camera && [camera.make, camera.model].filter((part) => part !== null).join(" ")],
    ["Programs", software.join(", ")],
    ["Created", created],
    ["Modified", modified],
    ["Thumbnail", typeof similarity === "number" && `similarity ${similarity.toFixed(2)} of 1 to the image`],
  ];
  return facts.flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []));
}

function historyList({ history }: ProvenanceReport): Markup {
  return html`<h3>History by its own account</h3><ol>${history.map(
    ({ action, software, when }) => html`<li>${[action, software, when].filter(Boolean).join(", ")}</li>`,
  )}</ol>`;
}

function manifestTree(root: ManifestNode): Markup {
  return html`<h3>Manifests and ingredients</h3><ul class="tree"><li>${manifestNode(root)}</li></ul>`;
}

function manifestNode({
  title,
  claim_generator,
  issuer,
  signed_at,
  actions,
  digital_source_types,
  ingredients,
}: ManifestNode): Markup {
  const by = [claim_generator, issuer && `signed by ${issuer}`, signed_at].filter(Boolean).join(", ");
  return html`<strong>${title ?? "untitled"}</strong> ${by}
${actions.length > 0 && html`<br><span class="soft">Actions: ${actions.join(", ")}</span>`}
${digital_source_types.length > 0 && html`<br><span class="soft">Source: ${digital_source_types.join(", ")}</span>`}
${ingredients.length > 0 && html`<ul>${ingredients.map((ingredient) => html`<li>${ingredientNode(ingredient)}</li>`)}</ul>`}`;
}

function ingredientNode({ title, relationship, failures, manifest }: IngredientNode): Markup {
  const broken = failures.length > 0 && html` <span class="FAILED">broken: ${failures.join(", ")}</span>`;
  if (manifest)
    return html`<span class="soft">${relationship ?? "ingredient"}:</span> ${manifestNode(manifest)}${broken}`;
  return html`<span class="soft">${relationship ?? "ingredient"}:</span> ${title ?? "untitled"}, without a manifest${broken}`;
}
