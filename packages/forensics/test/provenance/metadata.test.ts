import { gzipSync } from "node:zlib";
import { readProvenance } from "@artguard/forensics";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { png, textChunk } from "./png.ts";

const pixels = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(200) };
const settings = "a hill\nNegative prompt: people\nSteps: 20, Sampler: Euler a, Seed: 7, Size: 64x64";

async function generatorOf(file: Uint8Array) {
  return (await readProvenance(file)).generator;
}

describe("settings of image generators", () => {
  it.each(["tEXt", "zTXt", "iTXt"] as const)("are read from %s", async (type) => {
    const generator = await generatorOf(png(pixels, [textChunk(type, "parameters", settings)]));
    expect(generator).toEqual({ name: "AUTOMATIC1111", field: "parameters", excerpt: settings });
  });

  it.each([
    ["ComfyUI", "prompt", '{"3":{"class_type":"KSampler","inputs":{"cfg":NaN}}}'],
    ["ComfyUI", "workflow", '{"nodes":[]}'],
    ["InvokeAI", "invokeai_metadata", '{"positive_prompt":"x"}'],
    ["SwarmUI", "parameters", '{"sui_image_params":{"seed":1}}'],
    ["stable-diffusion.cpp", "parameters", `${settings}, Version: stable-diffusion.cpp`],
  ])("name %s by %s", async (name, keyword, text) => {
    expect((await generatorOf(png(pixels, [textChunk("tEXt", keyword, text)])))?.name).toBe(name);
  });

  it.each([
    ["a keyword with other content", [textChunk("tEXt", "parameters", "see the manual")]],
    ["a prompt that is no graph", [textChunk("tEXt", "prompt", '{"title":"a hill"}')]],
    ["a chunk that does not inflate", [textChunk("zTXt", "parameters", settings).fill(0xff, 24, 40)]],
  ])("are not seen in %s", async (_, chunks) => {
    expect(await generatorOf(png(pixels, chunks))).toBeNull();
  });

  it("are not looked for behind the pixels", async () => {
    expect(await generatorOf(png(pixels, [], [textChunk("tEXt", "parameters", settings)]))).toBeNull();
  });

  it("are cut, not inflated without end", async () => {
    const bomb = textChunk("zTXt", "parameters", settings + " ".repeat(64 * 2 ** 20));
    expect(await generatorOf(png(pixels, [bomb]))).toBeNull();
  });

  it("are found in the lowest bits of alpha", async () => {
    const text = gzipSync(settings);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length * 8);
    const hidden = Buffer.concat([Buffer.from("stealth_pngcomp"), length, text]);
    const data = new Uint8Array(pixels.data);
    for (let bit = 0; bit < hidden.length * 8; bit++) {
      const [x, y] = [Math.floor(bit / 64), bit % 64];
      data[(y * 64 + x) * 4 + 3] = 254 | ((hidden[bit >> 3]! >> (7 - (bit & 7))) & 1);
    }
    expect((await generatorOf(png({ ...pixels, data })))?.field).toBe("stealth alpha");
    // As another encoder writes it, with row filters.
    expect(
      (
        await generatorOf(
          await sharp(png({ ...pixels, data }))
            .png()
            .toBuffer(),
        )
      )?.name,
    ).toBe("AUTOMATIC1111");
  });

  it.each(["jpeg", "webp", "png"] as const)("are read from the EXIF of %s", async (format) => {
    const exif = { IFD0: { ImageDescription: settings, Make: "Maker", Model: "Model 1", Software: "GIMP 3.0" } };
    const file = await sharp(png(pixels)).withExif(exif).toFormat(format).toBuffer();
    const report = await readProvenance(file);
    expect(report.generator?.name).toBe("AUTOMATIC1111");
    expect(report.camera).toEqual({ make: "Maker", model: "Model 1" });
    expect(report.software).toEqual(["GIMP 3.0"]);
  });
});

describe("XMP", () => {
  const packet = (properties: string, elements = "") =>
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description ${properties}>${elements}</rdf:Description></rdf:RDF></x:xmpmeta>`;

  it.each([
    [
      "an attribute",
      packet('Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'),
    ],
    [
      "an element",
      packet("", "<Iptc4xmpExt:DigitalSourceType>trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
    ],
    [
      "a resource",
      packet("", '<Iptc4xmpExt:DigitalSourceType rdf:resource="http://cv.iptc.org/x/trainedAlgorithmicMedia"/>'),
    ],
  ])("declares the digital source type as %s", async (_, xmp) => {
    const file = await sharp(png(pixels)).jpeg().withXmp(xmp).toBuffer();
    expect((await readProvenance(file)).digital_source_types).toEqual(["trainedAlgorithmicMedia"]);
  });

  it("tells the history and the programs in it", async () => {
    const step = (action: string) =>
      `<rdf:li stEvt:action="${action}" stEvt:softwareAgent="Adobe Photoshop 26" stEvt:when="2026-01-02T03:04:05Z"/>`;
    const history = `<xmpMM:History><rdf:Seq>${step("created")}${step("saved")}</rdf:Seq></xmpMM:History>`;
    const file = await sharp(png(pixels)).jpeg().withXmp(packet('xmp:CreatorTool="A &amp; B"', history)).toBuffer();
    const report = await readProvenance(file);
    expect(report.software).toEqual(["A & B", "Adobe Photoshop 26"]);
    expect(report.history).toEqual([
      { action: "created", software: "Adobe Photoshop 26", when: "2026-01-02T03:04:05Z" },
      { action: "saved", software: "Adobe Photoshop 26", when: "2026-01-02T03:04:05Z" },
    ]);
  });

  it("names a remote manifest and leaves it unopened", async () => {
    const xmp = packet('dcterms:provenance="https://example.com/manifest"');
    const file = await sharp(png(pixels)).jpeg().withXmp(xmp).toBuffer();
    const { content_credentials } = await readProvenance(file);
    expect(content_credentials).toMatchObject({ integrity: "remote-only", remote_url: "https://example.com/manifest" });
  });
});

describe("readProvenance", () => {
  it("says nothing about a file that says nothing", async () => {
    expect(await readProvenance(png(pixels))).toEqual({
      media_type: "image/png",
      content_credentials: {
        integrity: "absent",
        signer: null,
        failures: [],
        identity_failures: [],
        bad_ingredient: false,
        remote_url: null,
        active_manifest: null,
      },
      generator: null,
      digital_source_types: [],
      camera: null,
      software: [],
      created: null,
      modified: null,
      history: [],
    });
  });

  it("refuses an empty input and a trust anchor that is no certificate", async () => {
    await expect(readProvenance(new Uint8Array())).rejects.toMatchObject({ code: "image.empty" });
    const trusting = (trustAnchors: string) => readProvenance(png(pixels), { trustAnchors });
    await expect(trusting("none")).rejects.toMatchObject({ code: "analysis.invalid-input" });
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    await expect(trusting(broken)).rejects.toMatchObject({ code: "analysis.invalid-input" });
  });
});
