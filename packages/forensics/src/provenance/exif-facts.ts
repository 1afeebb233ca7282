import exifr from "exifr";
import type { EmbeddedText } from "./text-chunks.ts";

/** What an EXIF block says about where an image comes from. Text as written, never trusted. */
export interface ExifFacts {
  readonly make?: string;
  readonly model?: string;
  readonly software?: string;
  /** ISO 8601 without a zone, as EXIF has none. */
  readonly taken?: string;
  readonly modified?: string;
  readonly texts: readonly EmbeddedText[];
}

const longestValue = 300;

/** Reads an EXIF block; a broken one says nothing. */
export async function readExifFacts(block: Uint8Array): Promise<ExifFacts> {
  const tags = await parse(block);
  const text = (name: string) => textOf(tags[name])?.slice(0, longestValue);
  const make = text("Make");
  const model = text("Model");
  const software = text("Software");
  const taken = dateOf(tags["DateTimeOriginal"]);
  const modified = dateOf(tags["ModifyDate"]);
  const comment = userComment(tags["userComment"]);
  const description = textOf(tags["ImageDescription"]);
  return {
    ...(make !== undefined && { make }),
    ...(model !== undefined && { model }),
    ...(software !== undefined && { software }),
    ...(taken !== undefined && { taken }),
    ...(modified !== undefined && { modified }),
    texts: [
      ...(comment !== undefined ? [{ keyword: "UserComment", text: comment }] : []),
      ...(description !== undefined ? [{ keyword: "ImageDescription", text: description }] : []),
    ],
  };
}

async function parse(block: Uint8Array): Promise<Record<string, unknown>> {
  try {
    const options = { tiff: true, exif: true, gps: false, interop: false, userComment: true, reviveValues: false };
    return (await exifr.parse(block, options)) ?? {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.replace(/\0/g, "").trim();
  return text === "" ? undefined : text;
}

/** `2006:01:30 12:59:01` as `2006-01-30T12:59:01`. */
function dateOf(value: unknown): string | undefined {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(typeof value === "string" ? value : "");
  return match && match[1] !== "0000" ? `${match[1]}-${match[2]}-${match[3]}T${match[4]}` : undefined;
}

/** EXIF 2.32, 4.6.5: eight bytes name the character code; `UNICODE` is UTF-16 of either byte order in practice. */
function userComment(value: unknown): string | undefined {
  if (typeof value === "string") return textOf(value);
  if (!(value instanceof Uint8Array)) return undefined;
  const bytes = Buffer.from(value);
  const code = bytes.toString("latin1", 0, 8);
  const body = bytes.subarray(8);
  if (!code.startsWith("UNICODE")) return textOf((code.startsWith("ASCII") ? body : bytes).toString("utf8"));
  const isBigEndian = body[0] === 0;
  return textOf(new TextDecoder(isBigEndian ? "utf-16be" : "utf-16le").decode(body));
}
