import { hammingDistance } from "@artguard/core/image";
import { expect, it } from "vitest";
import { HashIndex } from "../../src/known-works/hash-index.ts";
import { randomSource } from "../textured-rgb.ts";

it.each([0, 6, 14, 20])("finds what a walk over all hashes finds, within %d bits", (distance) => {
  const random = randomSource(5);
  const anyHash = () => Array.from({ length: 16 }, () => Math.floor(16 * random()).toString(16)).join("");
  const base = anyHash();
  const near = Array.from({ length: 60 }, (_, i) => {
    let value = BigInt(`0x${base}`);
    for (let k = 0; k < i % 24; k++) value ^= 1n << BigInt(Math.floor(64 * random()));
    return value.toString(16).padStart(16, "0");
  });
  const hashes = [...near, ...Array.from({ length: 300 }, anyHash)];
  const index = new HashIndex<number>();
  for (const [i, hash] of hashes.entries()) index.add(hash, i);
  const all = hashes.flatMap((hash, i) => (hammingDistance(base, hash) <= distance ? [i] : []));
  const found = index.find(base, distance);
  expect(found.map(({ value }) => value).sort((a, b) => a - b)).toEqual(all);
  expect(all.length).toBeGreaterThan(0);
  expect(found.map((each) => each.distance)).toEqual(found.map((each) => each.distance).toSorted((a, b) => a - b));
});
