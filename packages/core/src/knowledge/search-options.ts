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

/** A query in one line of fewer than 1000 characters, cut after a word where possible. */
export function shortQuery(query: string): string {
  const line = query.replace(/\s+/g, " ").trim();
  if (line.length < longestQuery) return line;
  const cut = line.slice(0, longestQuery - 1);
  // Half of a character outside the basic plane is none.
  const whole = cut.isWellFormed() ? cut : cut.slice(0, -1);
  const word = whole.lastIndexOf(" ");
  return word > longestQuery / 2 ? whole.slice(0, word) : whole;
}
