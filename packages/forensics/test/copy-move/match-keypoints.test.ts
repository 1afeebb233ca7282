import { describe, expect, it } from "vitest";
import { descriptorLength } from "../../src/copy-move/describe-keypoint.ts";
import { matchKeypoints } from "../../src/copy-move/match-keypoints.ts";
import { randomSource } from "../textured-rgb.ts";

/** Random descriptors of length 1; keypoint 2k+1 is a slightly changed twin of 2k for the first `twins` pairs. */
function keypoints(count: number, twins: number) {
  const random = randomSource(2);
  const points = Array.from({ length: count }, (_, i) => ({
    x: (i * 37) % 5000,
    y: (i * 91) % 4000,
    scale: 2,
    angle: 0,
  }));
  const descriptors = new Float32Array(count * descriptorLength);
  for (let i = 0; i < count; i++) {
    const own = descriptors.subarray(i * descriptorLength, (i + 1) * descriptorLength);
    const isTwin = i % 2 === 1 && i < 2 * twins;
    for (let k = 0; k < own.length; k++)
      own[k] = isTwin ? descriptors[(i - 1) * descriptorLength + k]! + 0.01 * random() : random() ** 6;
    const length = Math.hypot(...own);
    for (let k = 0; k < own.length; k++) own[k]! /= length;
  }
  return { points, descriptors, mirrored: new Float32Array(descriptors.length) };
}

describe("matchKeypoints", () => {
  it.each([300, 4000])("finds the twins among %d keypoints and nothing else", (count) => {
    const matches = matchKeypoints(keypoints(count, 50), 16, randomSource(3));
    const pairs = new Set(matches.map(({ from, to }) => `${Math.min(from, to)} ${Math.max(from, to)}`));
    const twins = Array.from({ length: 50 }, (_, i) => `${2 * i} ${2 * i + 1}`);
    expect(twins.filter((pair) => pairs.has(pair)).length).toBeGreaterThanOrEqual(48);
    expect([...pairs].filter((pair) => !twins.includes(pair)).length).toBeLessThanOrEqual(2);
  });

  it("ignores neighbours in the image", () => {
    const near = keypoints(300, 50);
    const points = near.points.map((point) => ({ ...point, x: 5, y: 5 }));
    expect(matchKeypoints({ ...near, points }, 16, randomSource(3))).toEqual([]);
  });
});
