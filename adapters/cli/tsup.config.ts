import { defineConfig } from "tsup";

export default defineConfig({
  entry: { main: "src/main.ts" },
  format: "esm",
  target: "node22",
  dts: false,
  clean: true,
  tsconfig: "tsconfig.build.json",
});
