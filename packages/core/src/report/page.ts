import { createHash } from "node:crypto";
import type { Language } from "../vision/explanation.ts";
import { html, Markup } from "./html.ts";
import { pageStyle } from "./page-style.ts";

/** Options of {@link page}. */
export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  /** Of the body; default English. */
  readonly language?: Language;
  /** Program text of ours, trusted; default none. */
  readonly script?: string;
}

/** A whole HTML document that loads nothing: its own style and script are the only ones that its policy lets run. */
export function page({ title, body, language = "en", script = "" }: PageParts): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
${body}
${script !== "" && html`<script>${new Markup(script)}</script>`}
</body>
</html>
`.text;
}

/** The policy of a page of a report with this script, as it stands in the page and as a server may say it again. */
export function pagePolicy(script: string): string {
  return [
    "default-src 'none'",
    "img-src data:",
    `style-src '${digest(pageStyle)}'`,
    ...(script ? [`script-src '${digest(script)}'`] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
