import { english, type PageWords } from "./english.ts";
import { spanish } from "./spanish.ts";

/** Everything that the page says, in the languages that it speaks. */
export const words: Readonly<Record<"en" | "es", PageWords>> = { en: english, es: spanish };
