import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    cognito: "src/cognito/index.ts",
    kms: "src/kms/index.ts",
    testing: "src/testing/index.ts",
  },
  format: "esm",
  target: "node22",
  dts: true,
  clean: true,
  tsconfig: "tsconfig.build.json",
});
