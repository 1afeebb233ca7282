import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  exportManifest,
  isArtGuardError,
  labelOf,
  type ManifestEntry,
  MemoryObjectStore,
  preprocessTrainingImage,
  type TrainingContext,
  type UploadedFile,
  type UploadOptions,
  uploadDataset,
} from "@artguard/core";
import { InProcessExaminer, resolveLimits } from "@artguard/core/image";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
let context: TrainingContext & { raw: MemoryObjectStore; processed: MemoryObjectStore };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-training-"));
  context = {
    raw: new MemoryObjectStore(),
    processed: new MemoryObjectStore(),
    examiner: new InProcessExaminer(),
    limits: resolveLimits({ maxBytes: 200_000 }),
    deadlineMs: 20_000,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const picture = (width: number, height: number, red: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: red, g: 90, b: 30 } } });

async function keysOf(store: MemoryObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

async function upload(options: Partial<UploadOptions> = {}): Promise<UploadedFile[]> {
  return await collect(uploadDataset(context, { folder, dataset: "authentic_v1", ...options }));
}

const failure = (action: Promise<unknown>) =>
  action.then(
    () => "nothing",
    (error: unknown) => (isArtGuardError(error) ? error.code : String(error)),
  );

describe("preprocessTrainingImage", () => {
  it("makes the copy that an analysis would make, under the original's hash, with tags of its origin", async () => {
    const bytes = await picture(3000, 1500, 200).jpeg().toBuffer();
    const { sha256 } = await context.raw.put("training/forged_v2/a/img 1.jpg", bytes);
    const made = await preprocessTrainingImage("training/forged_v2/a/img 1.jpg", context);
    expect(made).toEqual({
      source_key: "training/forged_v2/a/img 1.jpg",
      source_sha256: sha256,
      key: `training/forged_v2/${sha256}.jpg`,
      is_new: true,
    });
    const { width, height, format } = await sharp(await context.processed.get(made.key)).metadata();
    expect([width, height, format]).toEqual([2048, 1024, "jpeg"]);
    expect(await context.processed.getTags(made.key)).toEqual({
      dataset: "forged_v2",
      label: "forged",
      source_width: "3000",
      source_height: "1500",
      width: "2048",
      height: "1024",
      scale: String(3000 / 2048),
    });
  });

  it("does nothing the second time, and says so", async () => {
    await context.raw.put("training/authentic_v1/a.png", await picture(64, 64, 1).png().toBuffer());
    const first = await preprocessTrainingImage("training/authentic_v1/a.png", context);
    const head = await context.processed.head(first.key);
    const second = await preprocessTrainingImage("training/authentic_v1/a.png", context);
    expect([first.is_new, second.is_new]).toEqual([true, false]);
    expect(await context.processed.head(first.key)).toEqual(head);
  });

  it("leads two files with the same bytes to one copy", async () => {
    const bytes = await picture(64, 64, 1).png().toBuffer();
    for (const name of ["a.png", "b.png"]) {
      await context.raw.put(`training/authentic_v1/${name}`, bytes);
      await preprocessTrainingImage(`training/authentic_v1/${name}`, context);
    }
    expect(await keysOf(context.processed)).toHaveLength(1);
  });

  it("believes the label of the upload before the dataset's name", async () => {
    const bytes = await picture(64, 64, 1).png().toBuffer();
    await context.raw.put("training/museum_v1/a.png", bytes, { tags: { label: "forged" } });
    const { key } = await preprocessTrainingImage("training/museum_v1/a.png", context);
    expect((await context.processed.getTags(key))["label"]).toBe("forged");
  });

  it("refuses other keys, unknown labels and broken images, and writes nothing", async () => {
    await context.raw.put("training/museum_v1/a.png", await picture(64, 64, 1).png().toBuffer());
    await context.raw.put("training/authentic_v1/b.png", new TextEncoder().encode("no image"));
    expect(await failure(preprocessTrainingImage("inference/2024/02/09/x/original.jpg", context))).toBe(
      "training.invalid-key",
    );
    expect(await failure(preprocessTrainingImage("training/museum_v1/a.png", context))).toBe("training.unknown-label");
    expect(await failure(preprocessTrainingImage("training/authentic_v1/b.png", context))).toBe(
      "image.unsupported-format",
    );
    expect(await failure(preprocessTrainingImage("training/authentic_v1/none.png", context))).toBe("storage.not-found");
    expect(await keysOf(context.processed)).toEqual([]);
  });
});

describe("labelOf", () => {
  it("is what stands before the version in the dataset's name", () => {
    expect(labelOf("authentic_v1")).toBe("authentic");
    expect(labelOf("forged-12")).toBe("forged");
    expect(labelOf("forged")).toBe("forged");
    expect(() => labelOf("notforged_v1")).toThrow("does not say a label");
  });
});

describe("uploadDataset", () => {
  beforeEach(async () => {
    await mkdir(join(folder, "deep"));
    await writeFile(join(folder, "img10.png"), await picture(64, 64, 10).png().toBuffer());
    await writeFile(join(folder, "img2.jpg"), await picture(80, 64, 20).jpeg().toBuffer());
    await writeFile(join(folder, "deep", "ü b.png"), await picture(64, 64, 30).png().toBuffer());
    await writeFile(join(folder, ".hidden.png"), await picture(64, 64, 40).png().toBuffer());
  });

  it("sends every image below the folder with its label, and its copy, in natural order with progress", async () => {
    const files = await upload();
    expect(files.map(({ path, status, done, total }) => [path, status, done, total])).toEqual([
      ["deep/ü b.png", "uploaded", 1, 3],
      ["img2.jpg", "uploaded", 2, 3],
      ["img10.png", "uploaded", 3, 3],
    ]);
    expect(await keysOf(context.raw)).toEqual([
      "training/authentic_v1/deep/ü b.png",
      "training/authentic_v1/img10.png",
      "training/authentic_v1/img2.jpg",
    ]);
    expect(await context.raw.getTags("training/authentic_v1/img2.jpg")).toEqual({ label: "authentic" });
    expect(await keysOf(context.processed)).toHaveLength(3);
  });

  it("goes on where it stopped, and sends no image twice", async () => {
    for await (const _ of uploadDataset(context, { folder, dataset: "authentic_v1" })) break;
    expect(await keysOf(context.raw)).toHaveLength(1);
    expect((await upload()).map(({ status }) => status)).toEqual(["present", "uploaded", "uploaded"]);
    expect((await upload()).map(({ status }) => status)).toEqual(["present", "present", "present"]);
  });

  it("does not decode again what has its copy", async () => {
    await upload();
    const examiner = Object.assign(new InProcessExaminer(), { examine: () => expect.unreachable("nothing is left") });
    const again = uploadDataset({ ...context, examiner }, { folder, dataset: "authentic_v1" });
    expect((await collect(again)).map(({ status }) => status)).toEqual(["present", "present", "present"]);
  });

  it("refuses a file that went away meanwhile, and goes on", async () => {
    const uploads = uploadDataset(context, { folder, dataset: "authentic_v1" });
    await uploads.next();
    await rm(join(folder, "img2.jpg"));
    expect((await collect(uploads)).map(({ status, error }) => [status, error?.code])).toEqual([
      ["refused", "image.unreadable"],
      ["uploaded", undefined],
    ]);
  });

  it("makes up for a copy that an interrupted run did not make", async () => {
    await upload({ preprocess: false });
    expect(await keysOf(context.processed)).toEqual([]);
    await upload();
    expect(await keysOf(context.processed)).toHaveLength(3);
  });

  it("names what it refuses and goes on: no image, too large, a name that is taken", async () => {
    await context.raw.put("training/authentic_v1/img10.png", new TextEncoder().encode("other"));
    await writeFile(join(folder, "note.txt"), "hello");
    await writeFile(join(folder, "vast.png"), new Uint8Array(200_001));
    const refused = (await upload()).filter(({ status }) => status === "refused");
    expect(refused.map(({ path, error }) => [path, error?.code])).toEqual([
      ["img10.png", "training.name-taken"],
      ["note.txt", "image.unsupported-format"],
      ["vast.png", "image.too-large"],
    ]);
    expect(new TextDecoder().decode(await context.raw.get("training/authentic_v1/img10.png"))).toBe("other");
  });

  it("refuses to leave an image under another label than the one that is asked for", async () => {
    await upload();
    const again = await upload({ label: "forged" });
    expect(again.map(({ error }) => error?.code)).toEqual(Array(3).fill("training.name-taken"));
    expect(again[0]!.error!.message).toContain("authentic");
  });

  it("stops at a failure of the store, which every other file would meet as well", async () => {
    const broken = Object.assign(context.raw, { put: () => Promise.reject(new Error("no store")) });
    await expect(
      collect(uploadDataset({ ...context, raw: broken }, { folder, dataset: "authentic_v1" })),
    ).rejects.toThrow("no store");
  });

  it("asks for a label that the name does not say, and for a folder that is there", async () => {
    expect(await failure(upload({ dataset: "museum_v1" }))).toBe("training.unknown-label");
    expect((await upload({ dataset: "museum_v1", label: "forged" })).map(({ status }) => status)).toEqual([
      "uploaded",
      "uploaded",
      "uploaded",
    ]);
    expect(await failure(upload({ folder: join(folder, "absent") }))).toBe("training.unreadable-folder");
  });

  it("stops when the signal fires", async () => {
    const stop = new AbortController();
    const uploads = uploadDataset(context, { folder, dataset: "authentic_v1", signal: stop.signal });
    await uploads.next();
    stop.abort(new Error("enough"));
    await expect(uploads.next()).rejects.toThrow("enough");
    expect(await keysOf(context.raw)).toHaveLength(1);
  });
});

describe("exportManifest", () => {
  it("has a line for every preprocessed image of the dataset, and nothing else", async () => {
    await writeFile(join(folder, "a.png"), await picture(4096, 64, 5).png().toBuffer());
    await upload();
    await upload({ dataset: "forged_v1" });
    await context.processed.put("training/authentic_v1/readme.txt", new TextEncoder().encode("x"));
    const entries: ManifestEntry[] = await collect(exportManifest(context, "authentic_v1"));
    const source = await context.raw.head("training/authentic_v1/a.png");
    const copy = await context.processed.head(`training/authentic_v1/${source!.sha256}.jpg`);
    expect(entries).toEqual([
      {
        uri: `memory:${copy!.key}`,
        key: copy!.key,
        sha256: copy!.sha256,
        size_bytes: copy!.size_bytes,
        dataset: "authentic_v1",
        label: "authentic",
        width: 2048,
        height: 32,
        source_sha256: source!.sha256,
        scale: 2,
      },
    ]);
  });
});
