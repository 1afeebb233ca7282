/**
 * The members of the outermost object of a JSON text, or undefined where it is no object or names a member twice: two
 * readers could take two different values (RFC 7519 §4, RFC 8725 §2.4).
 */
export function uniqueMembers(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return countMembers(text) === Object.keys(value).length ? { ...value } : undefined;
}

/** Names a JSON text gives to members of its outermost object, each as often as it stands there. */
function countMembers(text: string): number {
  let [depth, members] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (token === ":" && depth === 1) members += 1;
  }
  return members;
}
