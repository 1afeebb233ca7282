/** Words that no Spanish sentence has. */
const english = /\b(the|of|and|with|was|were|is|not|it|its|this|that|which|by|for|from|region|image|picture|seam)\b/i;
/** Ids of detectors, codes and names of standards are names, not prose. */
const names = /\b[a-z]+(?:[-_][a-z0-9]+)+\b|\b[A-Z][A-Z_]+\b|Content Credentials/g;

/** The sentences of an explanation that have English prose in them. */
export function englishIn({ sentences }: { readonly sentences: readonly { readonly text: string }[] }): string[] {
  return sentences.map(({ text }) => text).filter((text) => english.test(text.replace(names, "")));
}
