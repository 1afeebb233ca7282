// Makes the images of examples/images, byte for byte the same each time: `npm run make:examples`.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp, { type OverlayOptions } from "sharp";
import { paintLandscape } from "./example-images/paint-landscape.ts";
import { withTextChunk } from "./example-images/png-text-chunk.ts";

const folder = fileURLToPath(new URL("../../../examples/images/", import.meta.url));
const size = { width: 1024, height: 768 };

type Picture = ReturnType<typeof paintLandscape>;

function image({ width, height, data }: Picture) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function jpeg(picture: Picture, quality: number): Promise<Buffer> {
  return image(picture).jpeg({ quality }).toBuffer();
}

/** A JPEG of quality 65 that was opened, changed and saved again at quality 92. */
async function retouched(seed: number, layers: (original: Buffer) => Promise<OverlayOptions[]>): Promise<Buffer> {
  const original = await jpeg(paintLandscape({ ...size, seed }), 65);
  const pixels = await sharp(original)
    .composite(await layers(original))
    .png()
    .toBuffer();
  return await sharp(pixels).jpeg({ quality: 92 }).toBuffer();
}

/** A disc cut out of another picture, as a PNG with soft edges. */
async function disc(source: Buffer, left: number, top: number, side: number): Promise<Buffer> {
  const mask = Buffer.from(
    `<svg width="${side}" height="${side}"><circle cx="${side / 2}" cy="${side / 2}" r="${side / 2 - 2}" fill="#fff"/></svg>`,
  );
  const cut = await sharp(source).extract({ left, top, width: side, height: side }).ensureAlpha().png().toBuffer();
  return await sharp(cut)
    .composite([{ input: mask, blend: "dest-in" }])
    .png()
    .toBuffer();
}

async function splice(): Promise<Buffer> {
  const other = await image(paintLandscape({ ...size, seed: 77, hour: "dusk" }))
    .png()
    .toBuffer();
  return await retouched(11, async () => [{ input: await disc(other, 300, 330, 210), left: 620, top: 130 }]);
}

async function copyMove(): Promise<Buffer> {
  return await retouched(23, async (original) => [{ input: await disc(original, 157, 421, 190), left: 640, top: 500 }]);
}

async function generated(): Promise<Buffer> {
  const png = await image(paintLandscape({ width: 512, height: 512, seed: 5, hour: "dusk" }))
    .png()
    .toBuffer();
  const parameters =
    "landscape at dusk, hills, oil on canvas\nNegative prompt: people\n" +
    "Steps: 30, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x512, Model: example-model";
  return withTextChunk(png, "parameters", parameters);
}

mkdirSync(folder, { recursive: true });
const images = {
  "untouched.jpg": await jpeg(paintLandscape({ ...size, seed: 42 }), 92),
  "spliced.jpg": await splice(),
  "copy-move.jpg": await copyMove(),
  "generated.png": await generated(),
};
for (const [name, bytes] of Object.entries(images)) {
  writeFileSync(`${folder}${name}`, bytes);
  console.log(`${name}  ${bytes.length} bytes`);
}
