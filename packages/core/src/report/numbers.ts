import type { ReportWords } from "./words/report-words.ts";

type Words = Pick<ReportWords, "locale">;

/** A number as it is written in a language. @param digits After the point. */
export function numberIn({ locale }: Words, value: number, digits = 0): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A weight with its sign and two digits. */
export function weightIn(words: Words, weight: number): string {
  return `${weight > 0 ? "+" : ""}${numberIn(words, weight, 2)}`;
}

/** A share from 0 to 1 in percent. */
export function percentIn(words: Words, share: number): string {
  return `${numberIn(words, 100 * share)}\u00a0%`;
}

/** A moment in words, in universal time: whoever reads the page may be anywhere. */
export function momentIn({ locale }: Words, iso: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" });
  return `${format.format(new Date(iso))} UTC`;
}
