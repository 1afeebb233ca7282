import { isArtGuardError } from "@artguard/core";
import { inspectImage } from "@artguard/core/image";
import { describe, expect, it } from "vitest";
import { box, joined } from "../fixtures/synthetic-images.ts";

const text = (content: string) => new TextEncoder().encode(content);
const fileType = (...brands: string[]) => box("ftyp", text(brands[0]!), new Uint8Array(4), ...brands.map(text));

function refusal(bytes: Uint8Array) {
  try {
    inspectImage(bytes);
  } catch (error) {
    if (isArtGuardError(error)) return { code: error.code, message: error.message, fix: error.fix };
    throw error;
  }
  throw new Error("the bytes were accepted");
}

describe("formats that are not analysed", () => {
  const foreign: Record<string, [name: string, bytes: Uint8Array][]> = {
    HEIC: [
      ["an iPhone photo", fileType("heic", "mif1")],
      ["a HEIC file with a general major brand", fileType("mif1", "heic")],
    ],
    HEIF: [["a HEIF file of unknown coding", fileType("mif1")]],
    SVG: [
      ["a plain drawing", text("<svg xmlns='http://www.w3.org/2000/svg'/>")],
      ["a drawing after an XML declaration", text('\ufeff<?xml version="1.0"?>\n<!-- x --><svg/>')],
      ["a drawing after a document type", text("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>")],
    ],
    HTML: [
      ["a page", text("<!DOCTYPE html><html><body>picture.jpg</body></html>")],
      ["a page without a document type", text("\n<html><script>1</script></html>")],
    ],
    BMP: [["a bitmap", text("BM______")]],
    PDF: [
      ["a document", text("%PDF-1.7\n")],
      ["a document after other bytes", text(`${" ".repeat(500)}%PDF-1.4`)],
    ],
    "JPEG XL": [
      ["a bare codestream", Uint8Array.of(0xff, 0x0a, 0, 0)],
      ["a container", joined(Uint8Array.of(0, 0, 0, 12), text("JXL \r\n"))],
    ],
    "JPEG 2000": [["a container", joined(Uint8Array.of(0, 0, 0, 12), text("jP  \r\n"))]],
    Photoshop: [["a layered file", text("8BPS\0\x01")]],
    ZIP: [["an archive", text("PK\x03\x04")]],
    BigTIFF: [["a 64-bit TIFF", text("II+\0\x08\0\0\0")]],
    "an ISO media file that is not AVIF": [["a film", fileType("isom", "mp42")]],
    "not a known image format": [
      ["text", text("hello")],
      ["one byte", Uint8Array.of(0xff)],
      ["two bytes of a JPEG", Uint8Array.of(0xff, 0xd8)],
      ["zeros", new Uint8Array(64)],
    ],
  };

  for (const [format, cases] of Object.entries(foreign)) {
    for (const [what, bytes] of cases) {
      it(`refuses ${what} as ${format}, with advice`, () => {
        expect(refusal(bytes)).toEqual({
          code: "image.unsupported-format",
          message: `unsupported image format: ${format}`,
          fix: "Export the image losslessly as PNG or TIFF and analyse that.",
        });
      });
    }
  }

  it("says of no bytes at all that they are empty", () => {
    expect(refusal(new Uint8Array(0)).code).toBe("image.empty");
  });

  it("does not believe a JPEG name or a picture hidden behind text", () => {
    const hidden = joined(text("GIF89"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    expect(refusal(hidden).code).toBe("image.unsupported-format");
  });
});
