import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { paintLandscape } from "../example-images/paint-landscape.ts";

/** Quality of the JPEG files that are timed: high enough that no cue is spared. */
export const quality = 95;

/** Width and height of 4 : 3 for a number of megapixels, as cameras have them. */
export function sizeOf(megapixels: number): { readonly width: number; readonly height: number } {
  const unit = Math.round(Math.sqrt((megapixels * 1e6) / 12));
  return { width: 4 * unit, height: 3 * unit };
}

/**
 * One JPEG file for each size, cut from the middle of one painting of 12 megapixels; larger ones repeat it mirrored.
 * So all sizes show the same kind of picture, and time for each pixel may be compared.
 *
 * @returns Paths by megapixels.
 */
export async function writeTestPictures(sizes: readonly number[]): Promise<Map<number, string>> {
  const folder = mkdtempSync(join(tmpdir(), "artguard-throughput-"));
  const painting = await paint();
  const paths = new Map<number, string>();
  for (const megapixels of sizes) {
    const path = join(folder, `${megapixels}mp.jpg`);
    writeFileSync(path, await resizedCanvas(painting, sizeOf(megapixels)));
    paths.set(megapixels, path);
  }
  return paths;
}

async function paint(): Promise<Buffer> {
  const { data, width, height } = paintLandscape({ ...sizeOf(12), seed: 3 });
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

async function resizedCanvas(painting: Buffer, { width, height }: { width: number; height: number }): Promise<Buffer> {
  const full = sizeOf(12);
  const [across, down] = [Math.max(0, width - full.width), Math.max(0, height - full.height)];
  const canvas =
    across > 0
      ? sharp(painting).extend({ right: across, bottom: down, extendWith: "mirror" })
      : sharp(painting).extract({
          left: (full.width - width) >> 1,
          top: (full.height - height) >> 1,
          width,
          height,
        });
  return await canvas.jpeg({ quality }).toBuffer();
}
