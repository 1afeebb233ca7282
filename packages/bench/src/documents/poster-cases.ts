import type { DevelopmentData, ManifestRow } from "@artguard/development-data";
import sharp from "sharp";
import { randomSource } from "../metrics/bootstrap.ts";
import { hex } from "./canvas.ts";
import { anyWord, fonts, oneOf, whole } from "./render-page.ts";

const [width, height] = [600, 840];

/** A poster or a book cover with its own lettering, saved once, which nobody edited. Deterministic. */
export async function posterCase(
  data: DevelopmentData,
  photograph: ManifestRow,
  index: number,
  half: 0 | 1,
): Promise<Uint8Array> {
  const random = randomSource(104729 * index + half);
  const isPhotograph = index % 2 === 0;
  const colour = () => hex([whole(random, 0, 255), whole(random, 0, 255), whole(random, 0, 255)]);
  const ground = isPhotograph
    ? sharp(data.read(photograph)).resize(width, height, { fit: "cover" })
    : sharp({ create: { width, height, channels: 3, background: colour() } });
  const font = oneOf(random, fonts[half]);
  const line = (y: number, size: number, words: number, fill: string) => {
    const text = Array.from({ length: words }, () => anyWord(random)).join(" ");
    return `<text x="${width / 2}" y="${y}" font-size="${size}" text-anchor="middle" fill="${fill}">${text}</text>`;
  };
  const [title, body] = [colour(), oneOf(random, ["#ffffff", "#111111"])];
  const small = Array.from({ length: whole(random, 3, 9) }, (_, i) =>
    line(480 + 26 * i, whole(random, 15, 18), 6, body),
  );
  const lettering = [line(140, 64, 1, title), line(220, 52, 2, title), line(300, 28, 3, body), ...small];
  const band = `<rect y="${whole(random, 330, 420)}" width="100%" height="20" fill="${colour()}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${font}">${band}${lettering.join("")}</svg>`;
  const printed = await ground
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer();
  return await sharp(printed)
    .jpeg({ quality: whole(random, 75, 95) })
    .toBuffer();
}
