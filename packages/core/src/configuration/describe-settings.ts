import { type Setting, settings } from "./settings.ts";

/** The settings as a Markdown table: variable, meaning, what holds without it. */
export function describeSettings(): string {
  const rows = (Object.values(settings) as Setting[]).map(({ variable, meaning, whenAbsent, secret }) => {
    return `| \`${variable}\`${secret ? " (secret)" : ""} | ${meaning} | ${whenAbsent} |`;
  });
  return ["| variable | meaning | without it |", "| --- | --- | --- |", ...rows].join("\n");
}
