import { defineConfig } from "vitest/config";

const condition = "artguard-source";

export default defineConfig({
  ssr: { resolve: { conditions: [condition, "node", "import", "default"] } },
  resolve: { conditions: [condition, "node", "import", "default"] },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "adapters/*/test/**/*.test.ts",
      "examples/*/test/**/*.test.ts",
      "scripts/test/**/*.test.ts",
    ],
    pool: "forks",
    execArgv: [`--conditions=${condition}`],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
