import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    image: "src/image/index.ts",
    sqlite: "src/sqlite/index.ts",
    testing: "src/testing/index.ts",
    dynamodb: "src/dynamodb/index.ts",
    filesystem: "src/filesystem/index.ts",
    s3: "src/s3/index.ts",
    sqs: "src/sqs/index.ts",
    modal: "src/modal/index.ts",
    knowledge: "src/knowledge/index.ts",
    report: "src/report/index.ts",
    bedrock: "src/bedrock/index.ts",
    "isolated-child": "src/image/isolated-child.ts",
  },
  format: "esm",
  target: "node22",
  dts: true,
  clean: true,
  tsconfig: "tsconfig.build.json",
});
