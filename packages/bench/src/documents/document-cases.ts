import sharp from "sharp";
import { randomSource } from "../metrics/bootstrap.ts";
import { type Box, type Canvas, canvasOf, copyOf, picture } from "./canvas.ts";
import { capturePage } from "./capture-page.ts";
import { type EditKind, editKinds, editPage } from "./edit-page.ts";
import { type Page, renderPage, whole } from "./render-page.ts";

/** How a page was saved last: as its forger left it, at JPEG quality 90, or sent through a messenger. */
export const documentSaves = ["as stored", "JPEG 90", "messenger"] as const;
/** One of {@link documentSaves}. */
type DocumentSave = (typeof documentSaves)[number];

/** A page of text, forged or as it was. */
export interface DocumentCase {
  /** What was done, or "untouched". */
  readonly kind: EditKind | "untouched";
  readonly save: DocumentSave;
  /** The page that it was made of. */
  readonly group: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Row-major, non-zero = forged. */
  readonly mask: Uint8Array;
}

/**
 * A made-up page with one kind of edit (one to three of them) and its untouched twin, both saved alike in every way of
 * {@link documentSaves}. Deterministic.
 *
 * @param half 0: fonts, papers and lights that parameters are chosen on; 1: those that are reported.
 */
export async function* documentCases(index: number, half: 0 | 1): AsyncGenerator<DocumentCase> {
  const random = randomSource(7919 * (2 * index + half) + 13);
  const page = await capturePage(await renderPage(random, half), random, half);
  const donor = await capturePage(await renderPage(random, half), random, half);
  const kind = editKinds[index % editKinds.length]!;
  const forged = copyOf(page.canvas);
  const boxes = await edits(forged, kind, page, donor, random, half);
  if (boxes.length === 0) return;
  const first = random() < 0.25 ? undefined : whole(random, 70, 97);
  const subsampling = random() < 0.7 ? "4:2:0" : "4:4:4";
  const group = `page ${index}`;
  for (const save of documentSaves)
    for (const [canvas, marked, name] of [
      [forged, boxes, kind],
      [page.canvas, [], "untouched"],
    ] as const) {
      const bytes = await saved(canvas, save, first, subsampling);
      const { width, height } = await canvasOf(sharp(bytes));
      const mask = maskOf(marked, canvas, width, height);
      yield { kind: name, save, group, bytes, width, height, mask };
    }
}

async function edits(
  canvas: Canvas,
  kind: EditKind,
  page: Page,
  donor: Page,
  random: () => number,
  half: 0 | 1,
): Promise<Box[]> {
  const taken: Box[] = [];
  for (let left = whole(random, 1, 3), attempts = 0; left > 0 && attempts < 12; attempts++) {
    const box = await editPage(canvas, kind, { page, donor, random, half, taken });
    if (!box) continue;
    taken.push(box);
    left--;
  }
  return taken;
}

async function saved(
  canvas: Canvas,
  save: DocumentSave,
  quality: number | undefined,
  chromaSubsampling: string,
): Promise<Uint8Array> {
  const stored = await (quality === undefined
    ? picture(canvas).png()
    : picture(canvas).jpeg({ quality, chromaSubsampling })
  ).toBuffer();
  if (save === "as stored") return stored;
  const again = sharp(stored);
  if (save === "messenger")
    again.resize(Math.round(0.75 * canvas.width), Math.round(0.75 * canvas.height), { fit: "fill" });
  return await again.jpeg({ quality: save === "messenger" ? 75 : 90, chromaSubsampling: "4:2:0" }).toBuffer();
}

function maskOf(boxes: readonly Box[], from: Canvas, width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  const [sx, sy] = [width / from.width, height / from.height];
  for (const box of boxes)
    for (let y = Math.round(box.top * sy); y < Math.min(height, Math.round((box.top + box.height) * sy)); y++)
      mask.fill(
        255,
        y * width + Math.round(box.left * sx),
        y * width + Math.min(width, Math.round((box.left + box.width) * sx)),
      );
  return mask;
}
