/**
 * The evidence page of an analysis, the page before many of them, and an explanation as text, in English and Spanish.
 *
 * @module @artguard/core/report
 */
export { evidenceIndex, type FailedEntry, type IndexEntry, type JudgedEntry } from "./evidence-index.ts";
export { type Evidence, evidencePage, evidencePagePolicy } from "./evidence-page.ts";
export { explanationLines } from "./explanation-lines.ts";
export { fusedOverlay, type Overlay, overlaysOf } from "./overlays.ts";
