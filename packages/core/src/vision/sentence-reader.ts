import { plainText } from "./plain-text.ts";
import { leaksSecret, type PromptSecrets } from "./prompt-secrets.ts";

const mostCharacters = 64 * 1024;
const longestSentence = 800;

/**
 * Reads the JSON of an answer as it streams in and hands out each `sentences[].text` when it is complete. They are
 * provisional: `readAnswer` checks the whole. It never throws on bad JSON; it falls silent for good at a text that holds
 * a secret, even one that is spread over several, and after 64 Ki characters.
 *
 * @param onSentence Gets one line of visible characters.
 * @returns Takes the next piece of the stream, cut anywhere.
 * @example
 * const read = sentenceReader(newPromptSecrets(), (sentence) => console.log(sentence));
 * read('{"sentences":[{"text":"The disc lacks');
 */
export function sentenceReader(secrets: PromptSecrets, onSentence: (text: string) => void): (chunk: string) => void {
  const scan = scanner();
  let [read, heard, silent] = [0, "", false];
  const say = (text: string) => {
    heard += text;
    silent ||= leaksSecret(heard, secrets);
    const line = plainText(text, longestSentence);
    if (!silent && line !== "") onSentence(line);
  };
  return (chunk) => {
    for (const character of chunk) {
      if (silent || ++read > mostCharacters) return;
      const text = scan(character);
      if (text !== undefined) say(text);
    }
  };
}

/** A container that is open, the last key in it, and whether a key comes next. */
interface Open {
  readonly isObject: boolean;
  key: string;
  expectsKey: boolean;
}

/** Takes JSON one character at a time; gives the text of a sentence with the quotation mark that ends it. */
function scanner(): (character: string) => string | undefined {
  const open: Open[] = [];
  /** The string that is being read, as it stands in the JSON; undefined outside of strings. */
  let quoted: string | undefined;
  let escaped = false;

  const end = (literal: string): string | undefined => {
    const value = unquoted(literal);
    const inner = open.at(-1);
    if (inner?.isObject && inner.expectsKey) inner.key = value ?? "";
    else if (isSentence(open)) return value;
    return;
  };
  const structure = (character: string) => {
    const inner = open.at(-1);
    if (character === "{" || character === "[")
      open.push({ isObject: character === "{", key: "", expectsKey: character === "{" });
    else if (character === "}" || character === "]") open.pop();
    else if (inner && character === ":") inner.expectsKey = false;
    else if (inner && character === ",") inner.expectsKey = inner.isObject;
  };

  return (character) => {
    if (quoted === undefined) {
      if (character === '"' && open.length > 0) quoted = "";
      else structure(character);
      return;
    }
    if (escaped || character !== '"') {
      escaped = !escaped && character === "\\";
      quoted += character;
      return;
    }
    const literal = quoted;
    quoted = undefined;
    return end(literal);
  };
}

/** True inside `{"sentences": [{"text": …`. */
function isSentence(open: readonly Open[]): boolean {
  return (
    open.length === 3 &&
    open[0]?.key === "sentences" &&
    open[1]?.isObject === false &&
    open[2]?.key === "text" &&
    !open[2].expectsKey
  );
}

function unquoted(literal: string): string | undefined {
  try {
    return String(JSON.parse(`"${literal}"`));
  } catch {
    return;
  }
}
