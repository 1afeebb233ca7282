import { html } from "hono/html";
import type { DescribedOperation, OpenApiDocument, Parameter } from "./openapi-document.ts";

/** The OpenAPI document as a page: no script, nothing from elsewhere. */
export function referencePage({ info, paths }: OpenApiDocument) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${info.title} ${info.version}: reference</title><link rel="stylesheet" href="/assets/page.css"></head>
<body><main class="reference"><h1>${info.title} ${info.version}</h1>
<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>. Send <code>Authorization: Bearer</code> with a token or an API key.
Errors are <code>{"error": {"code", "message", "details", "trace_id"}}</code>.</p>
${tags.map(
  (tag) => html`<h2>${tag}</h2>${operations.filter(({ operation }) => operation.tags.includes(tag)).map(section)}`,
)}
</main></body></html>`;
}

interface Section {
  readonly path: string;
  readonly method: string;
  readonly operation: DescribedOperation;
}

function section({ path, method, operation }: Section) {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return html`<section id="${operationId}"><h3><code>${method.toUpperCase()} ${path}</code></h3>
<p>${summary}.${description !== undefined ? html` ${description}` : ""}</p>
${parameters.length > 0 ? parameterTable(parameters) : ""}
${Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => schemaDetails(`Send ${type}`, schema))}
${Object.entries(responses)
  .filter(([status]) => status.startsWith("2"))
  .flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(([type, { schema }]) => schemaDetails(`${status}: ${type}`, schema)),
  )}</section>`;
}

function parameterTable(parameters: readonly Parameter[]) {
  return html`<table><thead><tr><th scope="col">parameter</th><th scope="col">in</th><th scope="col">meaning</th></tr></thead>
<tbody>${parameters.map(
    ({ name, in: place, required, description = "" }) =>
      html`<tr><td><code>${name}</code>${required ? " (required)" : ""}</td><td>${place}</td><td>${description}</td></tr>`,
  )}</tbody></table>`;
}

function schemaDetails(title: string, schema: object) {
  return html`<details><summary>${title}</summary><pre tabindex="0">${JSON.stringify(schema, null, 2)}</pre></details>`;
}
