import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", serve: "src/serve/index.ts" },
  format: "esm",
  target: "node22",
  dts: true,
  clean: true,
  tsconfig: "tsconfig.build.json",
});
