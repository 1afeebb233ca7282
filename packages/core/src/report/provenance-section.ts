import type { Detection } from "../detection/detection.ts";
import { html, type Markup } from "./html.ts";
import { numberIn } from "./numbers.ts";
import {
  type ReportedIngredient,
  type ReportedManifest,
  type ReportedProvenance,
  readProvenance,
} from "./reported-provenance.ts";
import type { ReportWords } from "./words/report-words.ts";

/** What the file says about where it comes from; manifests as a tree. Nothing when it says nothing. */
export function provenanceSection(detections: readonly Detection[], words: ReportWords): Markup {
  const measurements = detections.find(({ id }) => id === "provenance")?.measurements;
  const report = readProvenance(measurements?.["report"]);
  if (!report) return html``;
  const { active_manifest } = report.content_credentials;
  return html`<h2>${words.headings.provenance}</h2>
<dl>${factsOf(report, measurements?.["thumbnail_similarity"], words).map(
    ([name, value]) => html`<dt>${words.provenance.facts[name]}</dt><dd>${value}</dd>`,
  )}</dl>
${report.history.length > 0 && historyList(report, words)}
${active_manifest && html`<h3>${words.headings.manifests}</h3><ul class="tree"><li>${manifestNode(active_manifest, words)}</li></ul>`}`;
}

type FactName = keyof ReportWords["provenance"]["facts"];

function factsOf(report: ReportedProvenance, similarity: unknown, words: ReportWords): [FactName, string][] {
  const { content_credentials: c2pa, camera, generator, software, digital_source_types, created, modified } = report;
  const { integrity, signers, ...told } = words.provenance;
  const facts: [FactName, string | null | false][] = [
    ["manifest", integrity[c2pa.integrity]],
    ["signer", c2pa.signer && signers[c2pa.signer]],
    ["address", c2pa.remote_url],
    ["failures", c2pa.failures.join(", ")],
    ["identity", c2pa.identity_failures.join(", ")],
    ["generator", generator && told.generator(generator.name, generator.field, generator.excerpt)],
    ["source", digital_source_types.join(", ")],
    ["camera", camera && [camera.make, camera.model].filter((part) => part !== null).join(" ")],
    ["programs", software.join(", ")],
    ["created", created],
    ["modified", modified],
    ["thumbnail", typeof similarity === "number" && told.similarity(numberIn(words, similarity, 2))],
  ];
  return facts.flatMap(([name, value]): [FactName, string][] => (value ? [[name, value]] : []));
}

function historyList({ history }: ReportedProvenance, { headings }: ReportWords): Markup {
  return html`<h3>${headings.history}</h3><ol>${history.map(
    ({ action, software, when }) => html`<li>${[action, software, when].filter(Boolean).join(", ")}</li>`,
  )}</ol>`;
}

function manifestNode(manifest: ReportedManifest, words: ReportWords): Markup {
  const { title, claim_generator, issuer, signed_at, actions, digital_source_types, ingredients } = manifest;
  const told = words.provenance;
  const by = [claim_generator, issuer && told.signedBy(issuer), signed_at].filter(Boolean).join(", ");
  return html`<strong>${title ?? told.untitled}</strong> ${by}
${actions.length > 0 && html`<br><span class="soft">${told.actions} ${actions.join(", ")}</span>`}
${digital_source_types.length > 0 && html`<br><span class="soft">${told.sources} ${digital_source_types.join(", ")}</span>`}
${ingredients.length > 0 && html`<ul>${ingredients.map((ingredient) => html`<li>${ingredientNode(ingredient, words)}</li>`)}</ul>`}`;
}

function ingredientNode({ title, relationship, failures, manifest }: ReportedIngredient, words: ReportWords): Markup {
  const told = words.provenance;
  const broken = failures.length > 0 && html` <span class="FAILED">${told.broken} ${failures.join(", ")}</span>`;
  const kind = html`<span class="soft">${relationship ?? told.ingredient}:</span>`;
  if (manifest) return html`${kind} ${manifestNode(manifest, words)}${broken}`;
  return html`${kind} ${title ?? told.untitled}${told.noManifest}${broken}`;
}
