import { inferenceFolder, inferenceKey, parseObjectKey, trainingKey } from "@artguard/core";
import { describe, expect, it } from "vitest";

const invalid = expect.objectContaining({ code: "storage.invalid-key" });

describe("keys of objects", () => {
  it("name the UTC day, the analysis and the object, and can be read back", () => {
    const key = inferenceKey("0190b8d2-7a", Date.UTC(2024, 1, 9, 23, 59, 59, 999), "original.jpg");
    expect(key).toBe("inference/2024/02/09/0190b8d2-7a/original.jpg");
    expect(key.startsWith(inferenceFolder("0190b8d2-7a", Date.UTC(2024, 1, 9)))).toBe(true);
    const place = { kind: "inference", request_id: "0190b8d2-7a", date: "2024-02-09", name: "original.jpg" };
    expect(parseObjectKey(key)).toEqual(place);
  });

  it("name the dataset and a path inside it", () => {
    const key = trainingKey("authentic_v1", "museum a/ü 001.jpg");
    expect(key).toBe("training/authentic_v1/museum a/ü 001.jpg");
    expect(parseObjectKey(key)).toEqual({ kind: "training", dataset: "authentic_v1", name: "museum a/ü 001.jpg" });
  });

  it("of earlier systems are read, and not made", () => {
    expect(parseObjectKey("audit/20240209_180000_a1b2c3.jpg")).toEqual({
      kind: "audit",
      name: "20240209_180000_a1b2c3.jpg",
    });
  });

  it("are not made of anything that could lead elsewhere", () => {
    const now = Date.UTC(2026, 0, 1);
    for (const id of ["", "../x", "a/b", ".", "-x", "x".repeat(129)]) {
      expect(() => inferenceKey(id, now, "original.jpg")).toThrow(invalid);
      expect(() => inferenceFolder(id, now)).toThrow(invalid);
    }
    for (const name of ["", "..", "a/b", ".hidden"]) expect(() => inferenceKey("id", now, name)).toThrow(invalid);
    for (const time of [now / 1000, Number.NaN, 1e300]) expect(() => inferenceKey("id", time, "a")).toThrow(invalid);
    for (const dataset of ["", "..", "a/b", "a b"]) expect(() => trainingKey(dataset, "a.jpg")).toThrow(invalid);
    for (const name of ["", "../a.jpg", "a//b", "/a"]) expect(() => trainingKey("a", name)).toThrow(invalid);
  });

  it("outside the layout say nothing", () => {
    for (const key of [
      "",
      "inference/x",
      "inference/2026/02/30/id/a.jpg",
      "inference/2026/13/01/id/a",
      "training/a",
      "audit/",
      "x/y",
    ])
      expect(parseObjectKey(key)).toBeUndefined();
  });
});
