import { describe, expect, it } from "vitest";
import { inOrder } from "../src/in-order.ts";

describe("inOrder", () => {
  it("yields in input order, whatever ends first, and never works on more than its width", async () => {
    let running = 0;
    let most = 0;
    const work = async (delay: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, delay));
      running--;
      return delay;
    };
    const results: number[] = [];
    for await (const result of inOrder([30, 1, 20, 1, 10], 3, work)) results.push(result);
    expect(results).toEqual([30, 1, 20, 1, 10]);
    expect(most).toBe(3);
  });
});
