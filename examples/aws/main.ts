// Synthesises the stack and says what it holds. `npx aws-cdk deploy --app "npx tsx main.ts"` deploys it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfiguration } from "@artguard/core";
import { App } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { ArtGuardStack } from "./artguard-stack.ts";
import { functionNames } from "./permissions.ts";

const app = new App();
const configuration = loadConfiguration();
// What `pnpm --dir ../lambda start` has bundled.
const bundles = fileURLToPath(new URL("../lambda/dist/", import.meta.url));
const code = Object.fromEntries(
  functionNames
    .filter((name) => existsSync(join(bundles, name)))
    .map((name) => [name, Code.fromAsset(join(bundles, name))]),
);
new ArtGuardStack(app, `artguard-${configuration.environment}`, { configuration, code });
const [stack] = app.synth().stacks;
const resources: { Type: string }[] = Object.values(stack!.template.Resources);
const counts = Object.entries(Object.groupBy(resources, ({ Type }) => Type)).map(
  ([type, all]) => `${all!.length} ${type}`,
);
console.log(`${stack!.stackName} in ${configuration.region}\n  ${counts.sort().join("\n  ")}`);
