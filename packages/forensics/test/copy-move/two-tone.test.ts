import { describe, expect, it } from "vitest";
import { isTwoTone } from "../../src/copy-move/two-tone.ts";
import { randomSource } from "../textured-rgb.ts";

const random = randomSource(4);
const ramp = Float32Array.from({ length: 900 }, (_, i) => (i % 256) + random());
const inked = (paper: number, ink: number) =>
  Float32Array.from({ length: 900 }, () => (random() < 0.3 ? ink : paper) + 20 * (random() - 0.5));

describe("isTwoTone", () => {
  it.each([
    ["ink on paper", inked(215, 40), true],
    ["chalk on slate", inked(50, 220), true],
    ["two greys that are near each other", inked(140, 100), false],
    ["all grey values alike", ramp, false],
    ["one value", new Float32Array(50).fill(255), false],
  ])("judges %s", (_, values, expected) => {
    expect(isTwoTone(values)).toBe(expected);
  });
});
