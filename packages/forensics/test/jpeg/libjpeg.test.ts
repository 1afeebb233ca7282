import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isArtGuardError } from "@artguard/core";
import { developmentData } from "@artguard/development-data";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readJpegCoefficients } from "../../src/jpeg/read-jpeg.ts";
import { texturedRgb } from "../textured-rgb.ts";
import { buildOracle, type Oracle } from "./libjpeg-oracle.ts";

const oracle = buildOracle();
const data = developmentData();

/** `equal`, `unread` when libjpeg warned or refused, `arithmetic` for that coding (SOF9, SOF10), or what differs. */
function compare(path: string, read: Oracle): string {
  const expected = read(path);
  if (expected === null) return "unread";
  try {
    const { planes } = readJpegCoefficients(new Uint8Array(readFileSync(path)));
    if (planes.length !== expected.length) return `${planes.length} components`;
    for (const [i, plane] of planes.entries()) {
      const other = expected[i]!;
      if (plane.blocksPerRow !== other.blocksPerRow || plane.blocksPerColumn !== other.blocksPerColumn)
        return `component ${i}: size`;
      if (Buffer.compare(Buffer.from(plane.quantization.buffer), Buffer.from(other.quantization.buffer)) !== 0)
        return `component ${i}: steps`;
      if (Buffer.compare(Buffer.from(plane.coefficients.buffer), Buffer.from(other.coefficients.buffer)) !== 0)
        return `component ${i}: coefficients`;
    }
    return "equal";
  } catch (error) {
    const isArithmetic = isArtGuardError(error, "jpeg.unsupported") && /SOF(?:9|10) /.test(error.message);
    return isArithmetic ? "arithmetic" : String(error);
  }
}

describe.skipIf(!oracle)("JPEG coefficients against libjpeg", () => {
  it("are equal for every sampling, process and size that sharp writes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "artguard-jpeg-"));
    const outcomes: string[] = [];
    for (const [width, height] of [
      [64, 64],
      [65, 33],
      [17, 100],
      [8, 8],
      [1, 1],
      [130, 131],
    ] as const) {
      for (const chromaSubsampling of ["4:4:4", "4:2:0"]) {
        for (const progressive of [false, true]) {
          for (const quality of [20, 75, 100]) {
            const image = sharp(texturedRgb(width, height, quality), { raw: { width, height, channels: 3 } });
            const path = join(
              folder,
              `${width}x${height}-${chromaSubsampling.replaceAll(":", "")}-${progressive}-${quality}.jpg`,
            );
            writeFileSync(
              path,
              await image.jpeg({ quality, chromaSubsampling, progressive, optimizeCoding: progressive }).toBuffer(),
            );
            outcomes.push(compare(path, oracle!));
          }
        }
      }
      const grey = await sharp(texturedRgb(width, height, 1), { raw: { width, height, channels: 3 } })
        .greyscale()
        .jpeg({ progressive: true })
        .toBuffer();
      writeFileSync(join(folder, "grey.jpg"), grey);
      outcomes.push(compare(join(folder, "grey.jpg"), oracle!));
    }
    const cmyk = await sharp(texturedRgb(50, 40, 3), { raw: { width: 50, height: 40, channels: 3 } })
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, "cmyk.jpg"), cmyk);
    outcomes.push(compare(join(folder, "cmyk.jpg"), oracle!));
    expect(outcomes).toEqual(outcomes.map(() => "equal"));
  });

  it.skipIf(!data)(
    "are equal for every JPEG of the development images that libjpeg reads without a warning",
    () => {
      const outcomes = data!.rows
        .filter(({ format }) => format === "jpeg" || format === "mpo" || format.startsWith("jpeg!"))
        .map((row) => ({ path: row.path, outcome: compare(data!.file(row), oracle!) }));
      const count = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
      const equal = count("equal");
      const different = outcomes.filter(({ outcome }) => !["equal", "unread", "arithmetic"].includes(outcome));
      console.log(
        `${equal} files equal, ${different.length} different, ${count("arithmetic")} of arithmetic coding refused, ${count("unread")} not read by libjpeg`,
      );
      expect(different).toEqual([]);
      expect(equal).toBeGreaterThan(900);
    },
    300_000,
  );
});
