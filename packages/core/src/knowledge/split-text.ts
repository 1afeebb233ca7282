/** A part of a document under one heading. */
export interface Section {
  readonly heading?: string;
  readonly text: string;
}

/** Characters of one passage: about 250 words, which a reader takes in at once. */
const passageCharacters = 1200;

const headingLine = /^ {0,3}#{1,6}\s([\s\S]*)$/;
const fenceLine = /^ {0,3}(`{3,}|~{3,})/;

/** The sections of a Markdown text by its `#` headings; those in code are none. */
export function markdownSections(text: string): Section[] {
  const sections: { heading?: string; lines: string[] }[] = [{ lines: [] }];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const mark = fenceLine.exec(line)?.[1];
    // What ends code is as long as what began it, or longer.
    if (mark !== undefined) fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence;
    const heading = fence === undefined ? headingOf(line) : undefined;
    if (heading === undefined) sections.at(-1)!.lines.push(line);
    else sections.push({ heading, lines: [] });
  }
  return sections.map(({ heading, lines }) => ({ ...(heading !== undefined && { heading }), text: lines.join("\n") }));
}

/** In steps that each take no longer than the line is long: a line may be as long as its document. */
function headingOf(line: string): string | undefined {
  const closing = /(?:^|\s)#+$/;
  return headingLine.exec(line)?.[1]?.trim().replace(closing, "").trim();
}

/** A text in pieces of at most 1200 characters: whole paragraphs where they fit, else sentences, else words. */
export function splitText(text: string): string[] {
  const pieces: string[] = [];
  for (const paragraph of text.split(/\n\s*\n/).flatMap((part) => cutLong(part.trim()))) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + 2 + paragraph.length <= passageCharacters)
      pieces[pieces.length - 1] = `${last}\n\n${paragraph}`;
    else if (paragraph !== "") pieces.push(paragraph);
  }
  return pieces;
}

function cutLong(paragraph: string): string[] {
  const pieces: string[] = [];
  let rest = paragraph;
  while (rest.length > passageCharacters) {
    const end = cutAt(rest.slice(0, passageCharacters));
    pieces.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return [...pieces, rest];
}

/** Where a text that is too long is cut: after the last sentence of its second half, else after a word, else anywhere. */
function cutAt(text: string): number {
  const half = text.length / 2;
  const sentence = Math.max(...[". ", "? ", "! ", ".\n"].map((end) => text.lastIndexOf(end))) + 1;
  if (sentence > half) return sentence;
  const word = Math.max(text.lastIndexOf(" "), text.lastIndexOf("\n"));
  return word > half ? word : text.length;
}
