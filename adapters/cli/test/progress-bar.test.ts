import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { duration, ProgressBar } from "../src/progress-bar.ts";

function terminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY });
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => String(stream.read() ?? "") };
}

describe("ProgressBar", () => {
  it("shows done, total and the time left on a terminal, and makes room for what is printed", () => {
    const { stream, written } = terminal(true);
    const bar = new ProgressBar(3, stream);
    expect(written()).toContain("0/3");
    bar.advance(() => stream.write("line\n"));
    const text = written();
    expect(text.indexOf("\r\u001b[K")).toBeLessThan(text.indexOf("line"));
    expect(text).toMatch(/1\/3 {2}about .* left$/);
  });

  it("is gone after the last input", () => {
    const { stream, written } = terminal(true);
    new ProgressBar(1, stream).advance(() => stream.write("line\n"));
    expect(written()).toMatch(/line\n$/);
  });

  it("writes nothing where there is no terminal", () => {
    const { stream, written } = terminal(false);
    new ProgressBar(2, stream).advance(() => {});
    expect(written()).toBe("");
  });

  it.each([
    [200, "1 s"],
    [59_400, "59 s"],
    [185_000, "3 min 05 s"],
    [3_720_000, "1 h 02 min"],
  ])("says %d ms as %s", (milliseconds, words) => expect(duration(milliseconds)).toBe(words));
});
