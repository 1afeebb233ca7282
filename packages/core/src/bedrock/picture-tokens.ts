import type { PictureTier } from "./model-capabilities.ts";

/** Pixels in width and height. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Longest side in pixels and most tokens of a picture. Source: Anthropic's vision guide, by tier of the model. */
export const tierLimits: Readonly<Record<PictureTier, { readonly side: number; readonly tokens: number }>> = {
  standard: { side: 1568, tokens: 1568 },
  "high-resolution": { side: 2576, tokens: 4784 },
};

const tileSide = 28;

/** The size at which a model of this tier sees a picture: shrunk to its longest side, never enlarged. */
export function fittedSize({ width, height }: PictureSize, tier: PictureTier): PictureSize {
  const scale = Math.min(1, tierLimits[tier].side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Tokens of a picture: one per tile of 28 × 28 px that it touches, at most what the tier allows, after it was fitted. An
 * upper bound: measured counts agree on the standard tier and are lower for large pictures on the other. Anthropic
 * documents the same as about `width * height / 750`.
 */
export function pictureTokens(picture: PictureSize, tier: PictureTier): number {
  const { width, height } = fittedSize(picture, tier);
  return Math.min(tierLimits[tier].tokens, Math.ceil(width / tileSide) * Math.ceil(height / tileSide));
}
