import { basename } from "node:path";
import type { Language } from "@artguard/core";
import { evidenceIndex, type IndexEntry } from "@artguard/core/report";
import { isFailed, type Outcome } from "./outcome.ts";

/** `index.html` of a report: every input with its verdict. */
export function reportIndex(outcomes: readonly Outcome[], language: Language = "en"): string {
  return evidenceIndex(outcomes.map(entryOf), language);
}

function entryOf(outcome: Outcome): IndexEntry {
  const { path: name } = outcome;
  if (isFailed(outcome)) return { name, error: outcome.error };
  const { analysis, report } = outcome;
  return { name, analysis, ...(report !== undefined && { page: basename(report) }) };
}
