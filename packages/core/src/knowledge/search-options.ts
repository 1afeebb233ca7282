import { ArtGuardError } from "../errors/artguard-error.ts";

const defaultLimit = 5;
const mostPassages = 100;
/** Bedrock takes no longer query, and what follows adds little to a search. */
const longestQuery = 1000;

/** How many passages a search gives. @throws ArtGuardError `knowledge.invalid-option` */
export function passageLimit(limit: number | undefined): number {
  if (limit === undefined) return defaultLimit;
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostPassages) return limit;
  throw new ArtGuardError("knowledge.invalid-option", `limit must be a whole number from 1 to ${mostPassages}`);
}

/** A query in one line of fewer than 1000 characters, without control characters, cut after a word where possible. */
export function shortQuery(query: string): string {
  const line = query
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (line.length < longestQuery) return line;
  const word = line.lastIndexOf(" ", longestQuery - 1);
  // A cut elsewhere may leave half of a character outside the basic plane.
  return word > longestQuery / 2 ? line.slice(0, word) : line.slice(0, longestQuery - 1).toWellFormed();
}
