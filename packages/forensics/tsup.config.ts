import { copyFile } from "node:fs/promises";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: "esm",
  target: "node22",
  dts: true,
  clean: true,
  tsconfig: "tsconfig.build.json",
  // Found beside the module that reads it, in the source as in the bundle.
  async onSuccess() {
    for (const part of ["features", "comparison"]) {
      await copyFile(`src/learned/forgery-${part}.onnx`, `dist/forgery-${part}.onnx`);
    }
    await copyFile("src/synthetic-image/generator-network.onnx", "dist/generator-network.onnx");
  },
});
