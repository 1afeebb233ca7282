import { isArtGuardError } from "@artguard/core";
import { developmentData } from "@artguard/development-data";
import sharp, { type JpegOptions } from "sharp";
import { describe, expect, it } from "vitest";
import { ijgLumaTable } from "../../src/jpeg/ijg-quality.ts";
import { jpegCoefficientsOf } from "../../src/jpeg/jpeg-of.ts";
import { readJpegCoefficients, readJpegStructure } from "../../src/jpeg/read-jpeg.ts";
import { randomSource, texturedRgb } from "../textured-rgb.ts";

const data = developmentData();

function jpeg(width: number, height: number, options: JpegOptions = {}): Promise<Buffer> {
  return sharp(texturedRgb(width, height, 7), { raw: { width, height, channels: 3 } })
    .jpeg(options)
    .toBuffer();
}

/** `read`, or the code of the typed error; anything else is thrown on. */
function outcomeOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  try {
    read(bytes);
    return "read";
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return error.code;
    throw error;
  }
}

describe("readJpegStructure", () => {
  it("names size, process, sampling and quality", async () => {
    const structure = readJpegStructure(
      await jpeg(100, 60, { quality: 83, chromaSubsampling: "4:2:0", progressive: true }),
    );
    expect(structure).toMatchObject({
      width: 100,
      height: 60,
      process: "progressive",
      quality: { estimate: 83, exact: true },
      trailingBytes: 0,
    });
    expect(
      structure.components.map(({ horizontalSampling, verticalSampling }) => [horizontalSampling, verticalSampling]),
    ).toEqual([
      [2, 2],
      [1, 1],
      [1, 1],
    ]);
    expect(structure.components[0]?.quantization).toEqual(ijgLumaTable(83));
  });

  it("counts the bytes after the end of the image", async () => {
    const bytes = await jpeg(16, 16);
    expect(readJpegStructure(Buffer.concat([bytes, Buffer.from("PK hidden")])).trailingBytes).toBe(9);
  });

  it("finds the EXIF thumbnail", async () => {
    const thumbnail = await jpeg(16, 16, { quality: 30 });
    const tiff = exifWithThumbnail(thumbnail);
    const bytes = await jpeg(64, 64);
    const segment = Buffer.concat([
      Buffer.from([0xff, 0xe1, (tiff.length + 8) >> 8, (tiff.length + 8) & 255]),
      Buffer.from("Exif\0\0"),
      tiff,
    ]);
    const found = readJpegStructure(Buffer.concat([bytes.subarray(0, 2), segment, bytes.subarray(2)])).thumbnail;
    expect(Buffer.from(found!).equals(thumbnail)).toBe(true);
  });
});

describe("readJpegCoefficients", () => {
  it("reads the same coefficients from a baseline and a progressive file of one picture", async () => {
    const [baseline, progressive] = await Promise.all([jpeg(70, 50), jpeg(70, 50, { progressive: true })]);
    const planes = (bytes: Uint8Array) => readJpegCoefficients(bytes).planes.map(({ coefficients }) => coefficients);
    expect(planes(baseline)).toEqual(planes(progressive));
  });

  it("says how much it read when the file is cut", async () => {
    const bytes = await jpeg(200, 200);
    const cut = () => readJpegCoefficients(bytes.subarray(0, bytes.length / 2));
    expect(cut).toThrow(
      expect.objectContaining({ code: "jpeg.malformed", details: { mcus: 169, mcus_read: expect.any(Number) } }),
    );
  });

  it("refuses a picture over the pixel limit, and one whose data cannot fill it, before taking memory for it", async () => {
    const bytes = await jpeg(64, 64);
    expect(() => readJpegCoefficients(bytes, { maxPixels: 64 * 64 - 1 })).toThrow(/more than 4095 pixels/);
    expect(readJpegCoefficients(bytes, { maxPixels: 64 * 64 }).planes).toHaveLength(3);
    const huge = Buffer.from(bytes);
    const frame = huge.indexOf(Buffer.from([0xff, 0xc0]));
    huge.writeUInt16BE(10_000, frame + 5);
    huge.writeUInt16BE(10_000, frame + 7);
    expect(() => readJpegCoefficients(huge)).toThrow(/too short for its picture/);
  });

  it("refuses 12 bits per sample and arithmetic coding by a typed error", async () => {
    const bytes = await jpeg(16, 16);
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    const twelve = Buffer.from(bytes);
    twelve[frame + 4] = 12;
    const arithmetic = Buffer.from(bytes);
    arithmetic[frame + 1] = 0xc9;
    expect([twelve, arithmetic].map((file) => outcomeOf(readJpegCoefficients, file))).toEqual([
      "jpeg.unsupported",
      "jpeg.unsupported",
    ]);
  });

  it("refuses a flood of progressive scans", async () => {
    const bytes = await jpeg(64, 64, { progressive: true });
    const scanAt = bytes.indexOf(Buffer.from([0xff, 0xda]));
    const end = bytes.indexOf(0xff, scanAt + 20);
    const scan = bytes.subarray(scanAt, end);
    const flood = Buffer.concat([
      bytes.subarray(0, scanAt),
      ...Array.from({ length: 2000 }, () => scan),
      Buffer.from([0xff, 0xd9]),
    ]);
    expect(outcomeOf(readJpegCoefficients, flood)).toBe("jpeg.malformed");
  });

  it("ends every damaged file in a result or a typed error", async () => {
    const random = randomSource(20261124);
    const originals = await Promise.all([
      jpeg(40, 40),
      jpeg(40, 40, { progressive: true }),
      jpeg(33, 17, { chromaSubsampling: "4:4:4" }),
      jpeg(24, 24, { quality: 5, progressive: true }),
    ]);
    const outcomes = new Map<string, number>();
    for (let n = 0; n < 4000; n++) {
      const bytes = Uint8Array.from(originals[n % originals.length]!);
      const flips = 1 + Math.floor(random() * 8);
      for (let i = 0; i < flips; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const damaged = random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
      for (const read of [readJpegStructure, readJpegCoefficients]) {
        const outcome = outcomeOf(read, damaged);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    expect([...outcomes.keys()].sort()).toEqual(["jpeg.malformed", "jpeg.unsupported", "read"]);
  });

  it.skipIf(!data)("ends every hostile file in a result or a typed error", () => {
    const rows = data!.rows.filter(({ task }) => task === "hostile");
    const outcomes = rows.flatMap((row) => [
      outcomeOf(readJpegStructure, data!.read(row)),
      outcomeOf(readJpegCoefficients, data!.read(row)),
    ]);
    expect(outcomes.length).toBe(2 * rows.length);
    expect(new Set(outcomes)).toEqual(new Set(["read", "jpeg.malformed", "jpeg.unsupported"]));
  });
});

describe("jpegCoefficientsOf", () => {
  it("decodes a file once and remembers a refusal", async () => {
    const bytes = new Uint8Array(await jpeg(32, 32));
    expect(jpegCoefficientsOf(bytes)).toBe(jpegCoefficientsOf(bytes));
    const broken = bytes.slice(0, 40);
    const refusal = () => jpegCoefficientsOf(broken);
    expect(refusal).toThrow(expect.objectContaining({ code: "jpeg.malformed" }));
    expect(refusal).toThrow(expect.objectContaining({ code: "jpeg.malformed" }));
  });
});

/** A big-endian TIFF block with an empty IFD0 and an IFD1 that points at the thumbnail. */
function exifWithThumbnail(thumbnail: Buffer): Buffer {
  const header = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 14, 0, 2]);
  const entry = (tag: number, value: number) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(4, 2);
    bytes.writeUInt32BE(1, 4);
    bytes.writeUInt32BE(value, 8);
    return bytes;
  };
  const offset = header.length + 24 + 4;
  return Buffer.concat([header, entry(0x0201, offset), entry(0x0202, thumbnail.length), Buffer.alloc(4), thumbnail]);
}
