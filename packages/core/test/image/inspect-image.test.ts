import { createHash } from "node:crypto";
import { type ImageInfo, inspectImage } from "@artguard/core/image";
import type { Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import {
  animation,
  box,
  encoded,
  gradient,
  joined,
  pngChunk,
  tiffDirectories,
  withJpegSegment,
  withPngChunks,
} from "../fixtures/synthetic-images.ts";

const picture = () => gradient(30, 20);
const formats: Readonly<Record<ImageInfo["format"], () => Sharp>> = {
  jpeg: () => picture().jpeg(),
  png: () => picture().png(),
  webp: () => picture().webp(),
  tiff: () => picture().tiff(),
  avif: () => picture().avif(),
  gif: () => picture().gif(),
};
const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const uint32 = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const orientationEntry = (value: number) => ({ tag: 0x0112, type: 3, value }) as const;

describe("inspectImage", () => {
  for (const format of Object.keys(formats) as ImageInfo["format"][]) {
    const make = formats[format];
    it(`reads type, size and hash of a plain ${format} file without its name`, async () => {
      const bytes = await encoded(make());
      expect(inspectImage(bytes)).toEqual({
        format,
        content_type: `image/${format}`,
        size_bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        width: 30,
        height: 20,
        frames: 1,
        orientation: 1,
        metadata_bytes: 0,
        has_exif: false,
        has_icc: false,
      } satisfies ImageInfo);
    });

    it(`knows what every ${format} file knows that begins inside a larger buffer`, async () => {
      const bytes = await encoded(make());
      const inside = joined(new Uint8Array(13), bytes, new Uint8Array(5)).subarray(13, 13 + bytes.length);
      expect(inspectImage(inside)).toEqual(inspectImage(bytes));
    });

    it(`refuses a ${format} file that ends before its size with image.undecodable`, async () => {
      const bytes = await encoded(make());
      const signature = 12;
      expect(() => inspectImage(bytes.subarray(0, signature))).toThrow(
        expect.objectContaining({ code: "image.undecodable" }),
      );
    });
  }

  for (const format of ["jpeg", "png", "webp", "tiff"] as const) {
    it(`reads the EXIF orientation of ${format} and leaves the stored size alone`, async () => {
      for (const orientation of orientations) {
        const info = inspectImage(await encoded(formats[format]().withMetadata({ orientation })));
        expect([info.orientation, info.width, info.height]).toEqual([orientation, 30, 20]);
      }
    });
  }

  for (const format of ["jpeg", "png", "webp", "tiff", "avif"] as const) {
    it(`sees an ICC profile in ${format} and counts its bytes as metadata`, async () => {
      const info = inspectImage(await encoded(formats[format]().withIccProfile("p3")));
      expect(info.has_icc).toBe(true);
      expect(info.metadata_bytes).toBeGreaterThan(200);
    });
  }

  for (const format of ["jpeg", "png", "webp", "avif"] as const) {
    it(`sees EXIF in ${format}`, async () => {
      const bytes = await encoded(formats[format]().withExif({ IFD0: { Artist: "Nobody" } }));
      expect(inspectImage(bytes).has_exif).toBe(true);
    });
  }

  it("sees EXIF in tiff", () => {
    const page = [256, 257].map((tag) => ({ tag, type: 3, value: 9 }) as const);
    const withExif = [...page, { tag: 34665, type: 4, value: 8 } as const];
    expect(inspectImage(tiffDirectories([page])).has_exif).toBe(false);
    expect(inspectImage(tiffDirectories([withExif])).has_exif).toBe(true);
  });

  for (const format of ["jpeg", "webp", "tiff", "avif"] as const) {
    it(`counts the XMP of ${format} as metadata, byte for byte as it grows`, async () => {
      const size = async (length: number) => {
        const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/">${" ".repeat(length)}</x:xmpmeta>`;
        return inspectImage(await encoded(formats[format]().withXmp(xmp))).metadata_bytes;
      };
      expect((await size(1100)) - (await size(100))).toBe(1000);
    });
  }

  it("counts text chunks of PNG as metadata, as they are stored", async () => {
    const text = withPngChunks(await encoded(formats.png()), pngChunk("zTXt", new Uint8Array(77)));
    expect(inspectImage(text).metadata_bytes).toBe(77);
  });

  it("counts comments and application data of GIF as metadata", async () => {
    const gif = await encoded(formats.gif());
    const comment = Uint8Array.of(0x21, 0xfe, 3, 65, 66, 67, 0);
    const commented = joined(gif.subarray(0, -1), comment, gif.subarray(-1));
    expect(inspectImage(commented).metadata_bytes - inspectImage(gif).metadata_bytes).toBe(comment.length);
  });

  it("takes a broken or absurd EXIF block for orientation 1", async () => {
    const jpeg = await encoded(formats.jpeg());
    const exif = (tiff: Uint8Array) => withJpegSegment(jpeg, 0xe1, joined(Buffer.from("Exif\0\0", "latin1"), tiff));
    const block = tiffDirectories([[orientationEntry(6)]]);
    expect(inspectImage(exif(block)).orientation).toBe(6);
    expect(inspectImage(exif(tiffDirectories([[orientationEntry(6)]], { littleEndian: false }))).orientation).toBe(6);
    for (const value of [0, 9, 65535])
      expect(inspectImage(exif(tiffDirectories([[orientationEntry(value)]]))).orientation).toBe(1);
    for (let length = 0; length < 22; length++)
      expect(inspectImage(exif(block.subarray(0, length))).orientation, `${length} bytes`).toBe(1);
  });

  it("counts the frames of animated WebP, GIF and PNG", async () => {
    expect(inspectImage(await encoded((await animation(4)).webp({ loop: 0 })))).toMatchObject({
      frames: 4,
      width: 20,
      height: 10,
    });
    expect(inspectImage(await encoded((await animation(5)).gif()))).toMatchObject({ frames: 5, width: 20, height: 10 });
    const animated = withPngChunks(await encoded(formats.png()), pngChunk("acTL", joined(uint32(7), uint32(0))));
    expect(inspectImage(animated)).toMatchObject({ frames: 7, width: 30, height: 20 });
  });

  it("counts the pages of a TIFF file, in either byte order", () => {
    const page = [
      { tag: 256, type: 3, value: 30 },
      { tag: 257, type: 4, value: 20 },
    ] as const;
    for (const littleEndian of [true, false])
      expect(inspectImage(tiffDirectories([page, page, page], { littleEndian }))).toMatchObject({
        frames: 3,
        width: 30,
        height: 20,
      });
  });

  it("ends on a TIFF file whose directories form a circle", () => {
    const page = [
      { tag: 256, type: 3, value: 30 },
      { tag: 257, type: 3, value: 20 },
    ] as const;
    expect(inspectImage(tiffDirectories([page, page], { lastLink: 8 })).frames).toBe(2);
  });

  it("takes the turned size of an AVIF picture with a rotation property, as its decoder does", () => {
    expect(inspectImage(avif([], box("irot", Uint8Array.of(1))))).toMatchObject({ width: 20, height: 30 });
    expect(inspectImage(avif([], box("irot", Uint8Array.of(2))))).toMatchObject({ width: 30, height: 20 });
    expect(inspectImage(avif())).toMatchObject({ width: 30, height: 20 });
  });

  it("counts the samples of an AVIF sequence as frames", () => {
    const samples = ["stbl", "minf", "mdia", "trak", "moov"].reduce(
      (inner, type) => box(type, inner),
      box("stsz", uint32(0), uint32(0), uint32(12)),
    );
    expect(inspectImage(joined(avif(), samples)).frames).toBe(12);
  });

  it("reads item sizes of an AVIF file in every version, and never beyond their box", () => {
    const entry = joined(uint32(0x02000000), Uint8Array.of(0, 1, 0, 0), Buffer.from("mime"), new Uint8Array(3));
    const items = box("iinf", uint32(0), Uint8Array.of(0, 1), box("infe", entry));
    const location = (version: number, ...rest: number[]) => box("iloc", Uint8Array.of(version, 0, 0, 0, ...rest));
    const metadata = (...locations: Uint8Array[]) => inspectImage(avif([items, ...locations])).metadata_bytes;
    const extents = [0, 2, 0, 0, 0, 9, 0, 100, 0, 0, 0, 9, 0, 50];
    expect(metadata(location(0, 0x42, 0, 0, 1, 0, 1, 0, 0, ...extents))).toBe(150);
    expect(metadata(location(1, 0x42, 0, 0, 1, 0, 1, 0, 0, 0, 0, ...extents))).toBe(150);
    expect(metadata(location(2, 0x42, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, ...extents))).toBe(150);
    expect(metadata(location(0, 0x42, 0, 0, 1, 0, 1, 0, 0, ...extents.slice(0, 8)))).toBe(100);
    expect(metadata(location(0, 0, 0, 255, 255, 0, 1, 0, 0, 255, 255))).toBe(0);
  });

  it("ends on boxes nested without end", () => {
    let nest: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 5000; depth++) nest = box("ipco", nest);
    const bytes = joined(fileType("avif"), box("meta", new Uint8Array(4), box("iprp", nest)));
    expect(() => inspectImage(bytes)).toThrow(expect.objectContaining({ code: "image.undecodable" }));
  });
});

function fileType(brand: string): Uint8Array {
  return box("ftyp", Buffer.from(brand), uint32(0), Buffer.from("mif1"));
}

/** An AVIF file of 30×20 pixels without pixels. */
function avif(items: Uint8Array[] = [], ...properties: Uint8Array[]): Uint8Array {
  const size = box("ispe", uint32(0), uint32(30), uint32(20));
  return joined(fileType("avif"), box("meta", uint32(0), ...items, box("iprp", box("ipco", size, ...properties))));
}
