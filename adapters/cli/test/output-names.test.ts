import { describe, expect, it } from "vitest";
import { outputNames } from "../src/output-names.ts";

describe("outputNames", () => {
  it("uses the stem, and numbers later inputs of the same stem", () => {
    expect(outputNames(["x/a.jpg", "y/a.png", "b.tar.gz", "z/A.jpg"], "png")).toEqual([
      "a.png",
      "a-2.png",
      "b.tar.png",
      "A-3.png",
    ]);
  });

  it("never gives a name twice, also when an input is itself called like a numbered one", () => {
    expect(outputNames(["a.jpg", "a-2.jpg", "a.png", "a-2.png"], "html")).toEqual([
      "a.html",
      "a-2.html",
      "a-3.html",
      "a-2-2.html",
    ]);
  });

  it("numbers tens of thousands of one stem, as data sets have them", () => {
    const names = outputNames(
      Array.from({ length: 60_000 }, (_, index) => `${index}/image.jpg`),
      "png",
    );
    expect(names.at(-1)).toBe("image-60000.png");
  });

  it("keeps reserved stems free and calls standard input stdin", () => {
    expect(outputNames(["Index.jpg", "-"], "html", ["index"])).toEqual(["Index-2.html", "stdin.html"]);
  });

  it("cuts stems that would not fit a file system, between characters", () => {
    const [name] = outputNames([`${"a".repeat(239)}é${"b".repeat(20)}.jpg`, "b.jpg"], "html");
    expect(name).toBe(`${"a".repeat(239)}.html`);
  });
});
