/*
 * Names of files and folders for object keys. One key has one path on every file system: only lower-case ASCII letters,
 * digits and `. _ -` stand for themselves, so that neither case folding nor Unicode normalisation joins two keys; every
 * other byte is `%xx`. Files begin with `@`, so that the keys `a` and `a/b` can both exist; a folder that ends in `~` holds
 * the rest of a segment that is too long for one name.
 */
const longestName = 200;
/** Names that Windows gives to devices, with any ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;
const fileMark = "@";
const continuationMark = "~";

/** Names of the folders and, last, of the file of a key. */
export function keyPath(key: string): string[] {
  const segments = key.split("/");
  const last = segmentNames(segments.pop()!);
  return [...segments.flatMap(segmentNames), ...last.slice(0, -1), fileMark + last.at(-1)];
}

/** Names of the folders that stand for one segment of a key, when others follow it. */
export function segmentNames(segment: string): string[] {
  const encoded = segment.replace(/[^a-z0-9._-]/gu, (character) => [...Buffer.from(character)].map(percent).join(""));
  const names: string[] = [];
  let rest = encoded;
  while (rest.length > longestName) {
    const lastPercent = rest.lastIndexOf("%", longestName - 1);
    // Not inside `%xx`.
    const length = lastPercent > longestName - 3 ? lastPercent : longestName;
    names.push(rest.slice(0, length) + continuationMark);
    rest = rest.slice(length);
  }
  return [...names, portableName(rest)];
}

/** What an entry of a folder adds to a key; undefined for an entry that is not the store's. */
export function entryOf(name: string, isFolder: boolean): { text: string; continues: boolean } | undefined {
  const continues = isFolder && name.endsWith(continuationMark);
  if (!isFolder && !name.startsWith(fileMark)) return undefined;
  const text = isFolder ? name.slice(0, continues ? -1 : undefined) : name.slice(fileMark.length);
  return /^(?:[a-z0-9._-]|%[0-9a-f]{2})+$/.test(text) ? { text, continues } : undefined;
}

/** The segment of a key from the texts of its entries; undefined when it is not UTF-8. */
export function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Windows refuses names of devices and drops a dot at the end. */
function portableName(name: string): string {
  const ended = name.endsWith(".") ? `${name.slice(0, -1)}%2e` : name;
  return deviceName.test(ended) ? percent(ended.charCodeAt(0)) + ended.slice(1) : ended;
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}
