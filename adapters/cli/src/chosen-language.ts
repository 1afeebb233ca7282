import { type Language, languages } from "@artguard/core";

/** A language of the configuration, which has looked at it. */
export function chosenLanguage(value: string | undefined): Language | undefined {
  return languages.find((known) => known === value);
}
