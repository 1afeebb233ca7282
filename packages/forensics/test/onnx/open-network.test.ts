import { describe, expect, it } from "vitest";
import { openNetwork } from "../../src/onnx/open-network.ts";

describe("openNetwork", () => {
  it("fails for a file that is no network, in both runtimes", async () => {
    await expect(openNetwork(new URL(import.meta.url))).rejects.toThrow();
  });
});
