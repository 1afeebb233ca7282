import { readFile } from "node:fs/promises";
import { modalAnswerSchema } from "@artguard/core/modal";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { outcomeOf } from "../../src/modal/answer.ts";

const page = (name: string) => readFile(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");

describe("the contract with an endpoint", () => {
  it("is published as the JSON Schema that the client checks by", async () => {
    expect(JSON.parse(await page("modal-answer.schema.json"))).toEqual(z.toJSONSchema(modalAnswerSchema));
  });

  it("allows the example of its page", async () => {
    const example = /```json\n(.+?)```/s.exec(await page("modal.md"))?.[1] ?? "";
    const outcome = outcomeOf(example, { width: 96, height: 64 });
    expect(outcome).toMatchObject({ status: "observed", version: "2.1.0", observation: { statistic: 0.87 } });
  });

  it("has room for the largest heat map within the default limit of bytes", () => {
    const data = Array.from({ length: 65_536 }, (_, i) => Math.round((i / 65_535) * 1000) / 1000);
    const heatmap = { width: 256, height: 256, scale: 8, data };
    const text = JSON.stringify({ status: "ok", score: 1, model: "large", version: "1", heatmap });
    expect(outcomeOf(text, { width: 2048, height: 2048 }).status).toBe("observed");
    expect(text.length).toBeLessThan(2 * 2 ** 20);
  });

  it("repeats little of the fields that an endpoint made up, on one line", () => {
    const text = JSON.stringify({ status: "ok", score: 1, model: "m", version: "1", [`x\n${"y".repeat(100_000)}`]: 1 });
    let message = "";
    try {
      outcomeOf(text, { width: 96, height: 64 });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/breaks the contract at "": Unrecognized key: "x y+…$/);
    expect(message.length).toBeLessThan(400);
  });

  it("refuses a polygon that leaves the picture or has too many corners", () => {
    const answer = (polygon: number[][]) =>
      JSON.stringify({
        ...{ status: "ok", score: 1, model: "m", version: "1" },
        regions: [{ x: 0, y: 0, width: 10, height: 10, confidence: 1, polygon }],
      });
    const size = { width: 96, height: 64 };
    const triangle = [
      [0, 0],
      [9, 0],
      [9, 9],
    ];
    expect(outcomeOf(answer(triangle), size).status).toBe("observed");
    expect(() => outcomeOf(answer([...triangle, [97, 0]]), size)).toThrow("outside the picture");
    expect(() => outcomeOf(answer(Array.from({ length: 257 }, () => [1, 1])), size)).toThrow("too many corners");
  });
});
