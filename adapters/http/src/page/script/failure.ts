/** What went wrong, said by its code in the language of the reader. */
export const failure = `
import { errorWords, momentOf, say, wordOf } from "./speech.js";

/** Seconds that one may be asked to count. */
const soon = 120;

export class Failure extends Error {
  constructor({ code, message, details = {} }, { status, retryAfter } = {}) {
    super(message);
    const retryAt = retryAfter && Date.now() + 1000 * retryAfter;
    Object.assign(this, { code, status, reason: details.reason ?? code, retryAt });
  }
}

/** The failure of an answer that is none of success; of another server, perhaps, that knows no envelope. */
export async function failureOf(answer) {
  const { error = { code: "INTERNAL" } } = await answer.json().catch(() => ({}));
  return new Failure(error, { status: answer.status, retryAfter: answer.headers.get("retry-after") });
}

function textOf({ code, reason, retryAt }) {
  const what = errorWords(reason) ?? errorWords(code) ?? errorWords("INTERNAL");
  return [wordOf("failed", { text: what }), ...(retryAt ? [whenOf(retryAt)] : []), "(" + code + ")"].join(" ");
}

function whenOf(retryAt) {
  const seconds = Math.max(1, Math.round((retryAt - Date.now()) / 1000));
  return seconds < soon ? wordOf("retry", { seconds }) : wordOf("retry_after", { when: momentOf(retryAt) });
}

/** Does it, and says what went wrong. */
export async function attempt(work) {
  try {
    await work();
  } catch (error) {
    if (error.words) say(error.words);
    else if (error instanceof Failure) say(() => textOf(error));
    else throw error;
  }
}

/** What the reader has to do first. */
export const first = (name) => Object.assign(new Error(name), { words: () => wordOf(name) });
`;
