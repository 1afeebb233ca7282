import type { Detection } from "@artguard/core";
import { html, type Markup } from "./html.ts";

/** The provenance report of an image as a tree; nothing when the file says nothing about where it comes from. */
export function provenanceSection(_detections: readonly Detection[]): Markup {
  return html``;
}
