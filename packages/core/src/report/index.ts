export { type Evidence, evidencePage, evidencePagePolicy } from "./evidence-page.ts";
export { authorWords, evidenceLines } from "./evidence-words.ts";
export { html, Markup, type MarkupValue } from "./html.ts";
export { numberIn } from "./numbers.ts";
export { fusedOverlay, type Overlay, overlaysOf } from "./overlays.ts";
export { type PageParts, page } from "./page.ts";
export { verdictWords } from "./words/words-of.ts";
