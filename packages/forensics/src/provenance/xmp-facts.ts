/** One step of an XMP history (XMP specification part 2, xmpMM:History). */
export interface HistoryStep {
  readonly action: string;
  readonly software?: string;
  readonly when?: string;
}

/** What the XMP packets of a file say about where it comes from. Text as written, never trusted. */
export interface XmpFacts {
  readonly creatorTool?: string;
  readonly created?: string;
  readonly modified?: string;
  /** Last path segments of IPTC digital source types, e.g. `trainedAlgorithmicMedia`. */
  readonly digitalSourceTypes: readonly string[];
  readonly history: readonly HistoryStep[];
  /** Where a remote C2PA manifest is said to be (dcterms:provenance). Never opened. */
  readonly manifestUrl?: string;
}

const longestPacket = 2 ** 20;
const mostPackets = 4;
const mostSteps = 50;
const longestValue = 300;

/** Reads all XMP packets of a file, whatever its container; packets stand in them as plain text. */
export function readXmpFacts(bytes: Uint8Array): XmpFacts | undefined {
  const text = xmpPackets(bytes).join("\n");
  if (text === "") return undefined;
  const creatorTool = propertyOf(text, "xmp:CreatorTool");
  const created = propertyOf(text, "xmp:CreateDate");
  const modified = propertyOf(text, "xmp:ModifyDate");
  const manifestUrl = webAddress(propertyOf(text, "dcterms:provenance"));
  return {
    ...(creatorTool !== undefined && { creatorTool }),
    ...(created !== undefined && { created }),
    ...(modified !== undefined && { modified }),
    ...(manifestUrl !== undefined && { manifestUrl }),
    digitalSourceTypes: digitalSourceTypes(text),
    history: historyOf(text),
  };
}

function xmpPackets(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const packets: string[] = [];
  for (let from = 0; packets.length < mostPackets; ) {
    const start = file.indexOf("<x:xmpmeta", from, "latin1");
    if (start < 0) break;
    const end = file.indexOf("</x:xmpmeta>", start, "latin1");
    from = end < 0 ? file.length : end;
    packets.push(file.toString("utf8", start, Math.min(from, start + longestPacket)));
  }
  return packets;
}

/** A property in attribute or in element form. */
function propertyOf(xmp: string, name: string): string | undefined {
  const match = new RegExp(
    `\\b${name}(?:\\s*=\\s*"([^"]{0,2000})|>\\s*([^<]{1,2000})<|\\s+rdf:resource="([^"]{0,2000}))`,
  ).exec(xmp);
  const value = (match?.[1] ?? match?.[2] ?? match?.[3])?.trim();
  return value ? unescaped(value).slice(0, longestValue) : undefined;
}

function digitalSourceTypes(xmp: string): string[] {
  const found = xmp.matchAll(/\bDigitalSourceType(?:\s*=\s*"|>\s*|\s+rdf:resource=")([^"<\s]{1,300})/gi);
  return [...new Set([...found].map(([, value]) => lastSegment(value!)))].slice(0, mostPackets);
}

/** The term of an IPTC digital source type: its address without the path. */
export function lastSegment(address: string): string {
  return address.split(/[/#]/).at(-1)!.slice(0, longestValue);
}

function historyOf(xmp: string): HistoryStep[] {
  const [, history] = /<xmpMM:History>(.*?)<\/xmpMM:History>/s.exec(xmp) ?? [];
  const steps = history?.split(/<rdf:li\b/).slice(1, mostSteps + 1) ?? [];
  return steps.flatMap((step) => {
    const action = propertyOf(step, "stEvt:action");
    const software = propertyOf(step, "stEvt:softwareAgent");
    const when = propertyOf(step, "stEvt:when");
    return action ? [{ action, ...(software && { software }), ...(when && { when }) }] : [];
  });
}

/** Old writers put an address inside the file here, which names no remote manifest. */
function webAddress(value: string | undefined): string | undefined {
  return value !== undefined && /^https?:/i.test(value) ? value : undefined;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name]!);
}
