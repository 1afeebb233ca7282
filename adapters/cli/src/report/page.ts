import { createHash } from "node:crypto";
import { html, Markup } from "./html.ts";
import { pageStyle } from "./page-style.ts";

/** A whole HTML document that loads nothing: its own style and script are the only ones that its policy lets run. */
export function page(title: string, body: Markup, script = ""): string {
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${digest(pageStyle)}'`,
    ...(script ? [`script-src '${digest(script)}'`] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
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

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
