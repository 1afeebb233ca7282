import type { EmbeddedText } from "./text-chunks.ts";

/** An image generator that wrote its settings beside the picture. */
export interface GeneratorMetadata {
  /** The program, e.g. `ComfyUI`. */
  readonly name: string;
  /** Where the settings stand, e.g. the PNG keyword `parameters`. */
  readonly field: string;
  /** Beginning of the settings, as written. */
  readonly excerpt: string;
}

const longestExcerpt = 500;

type Rule = (texts: readonly EmbeddedText[]) => { name: string; text: EmbeddedText } | undefined;

/**
 * Names the image generator by the settings it left (PNG text, EXIF comment). Only well-formed settings count: a
 * keyword alone names nobody.
 */
export function recogniseGenerator(texts: readonly EmbeddedText[]): GeneratorMetadata | undefined {
  for (const rule of rules) {
    const found = rule(texts);
    if (found)
      return { name: found.name, field: found.text.keyword, excerpt: found.text.text.slice(0, longestExcerpt) };
  }
  return undefined;
}

const rules: readonly Rule[] = [
  (texts) => named("InvokeAI", texts, "invokeai_metadata", isObject),
  (texts) => named("InvokeAI", texts, "invokeai_graph", isObject),
  (texts) => named("InvokeAI", texts, "sd-metadata", isObject),
  (texts) => named("InvokeAI", texts, "Dream", (text) => /\s-s\s*\d+/.test(text) && /\s-S\s*\d+/.test(text)),
  novelAi,
  fooocus,
  swarmUi,
  (texts) => named("ComfyUI", texts, "prompt", isComfyPrompt),
  (texts) => named("ComfyUI", texts, "workflow", (text) => Array.isArray(objectOf(text)?.["nodes"])),
  drawThings,
  parameters,
];

function named(name: string, texts: readonly EmbeddedText[], keyword: string, isWellFormed: (text: string) => boolean) {
  const text = texts.find((candidate) => candidate.keyword === keyword && isWellFormed(candidate.text));
  return text && { name, text };
}

function novelAi(texts: readonly EmbeddedText[]) {
  const isNovelAi = texts.some(({ keyword, text }) => keyword === "Software" && text.startsWith("NovelAI"));
  return isNovelAi ? named("NovelAI", texts, "Comment", (text) => objectOf(text)?.["steps"] !== undefined) : undefined;
}

function fooocus(texts: readonly EmbeddedText[]) {
  const hasScheme = texts.some(({ keyword }) => keyword === "fooocus_scheme");
  const isFooocus = (text: string) => {
    const settings = objectOf(text);
    return settings !== undefined && (hasScheme || /fooocus/i.test(String(settings["version"] ?? settings["Version"])));
  };
  return named("Fooocus", texts, "parameters", isFooocus) ?? named("Fooocus", texts, "UserComment", isFooocus);
}

function swarmUi(texts: readonly EmbeddedText[]) {
  const isSwarm = (text: string) => objectOf(text)?.["sui_image_params"] !== undefined;
  return named("SwarmUI", texts, "parameters", isSwarm) ?? named("SwarmUI", texts, "UserComment", isSwarm);
}

function drawThings(texts: readonly EmbeddedText[]) {
  const isDrawThings = (text: string) => {
    const settings = objectOf(text);
    return settings?.["sampler"] !== undefined && settings["steps"] !== undefined && settings["c"] !== undefined;
  };
  return named("Draw Things", texts, "UserComment", isDrawThings);
}

/** The one-line settings that AUTOMATIC1111 made common; other programs sign theirs with `Version:`. */
function parameters(texts: readonly EmbeddedText[]) {
  const isSettings = (text: string) => /(?:^|\n|,\s*)Steps: \d+,/.test(text) && /\b(?:Sampler|Seed): \S/.test(text);
  const text = texts.find(({ keyword, text }) => settingsFields.has(keyword) && isSettings(text));
  if (!text) return undefined;
  const [, version = ""] = /\bVersion: ([^,\n]+)/.exec(text.text) ?? [];
  if (/stable-diffusion\.cpp/i.test(version)) return { name: "stable-diffusion.cpp", text };
  if (/ComfyUI/i.test(version)) return { name: "ComfyUI", text };
  if (/Fooocus/i.test(version)) return { name: "Fooocus", text };
  return { name: "AUTOMATIC1111", text };
}

const settingsFields: ReadonlySet<string> = new Set(["parameters", "UserComment", "ImageDescription", "stealth alpha"]);

function isObject(text: string): boolean {
  return objectOf(text) !== undefined;
}

/** An API graph: node ids that map to `class_type` and `inputs`. */
function isComfyPrompt(text: string): boolean {
  const nodes = Object.values(objectOf(text) ?? {});
  return nodes.length > 0 && nodes.every((node) => typeof node === "object" && node !== null && "class_type" in node);
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    // ComfyUI writes NaN, which JSON has no word for.
    const value: unknown = JSON.parse(text.replace(/(?<=[:[,]\s*)NaN(?=\s*[,\]}])/g, "null"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
