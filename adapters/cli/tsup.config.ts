import { defineConfig } from "tsup";

export default defineConfig({
  // Apart, so that it is evaluated before the packages that a bundle imports first.
  entry: { main: "src/main.ts", "young-generation": "src/young-generation.ts" },
  format: "esm",
  target: "node22",
  dts: false,
  clean: true,
  tsconfig: "tsconfig.build.json",
});
