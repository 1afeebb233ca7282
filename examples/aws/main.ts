// Synthesises the stack and says what it holds. `npx aws-cdk deploy --app "npx tsx main.ts"` deploys it.
import { loadConfiguration } from "@artguard/core";
import { App } from "aws-cdk-lib";
import { ArtGuardStack } from "./artguard-stack.ts";

const app = new App();
const configuration = loadConfiguration();
new ArtGuardStack(app, `artguard-${configuration.environment}`, { configuration });
const [stack] = app.synth().stacks;
const resources: { Type: string }[] = Object.values(stack!.template.Resources);
const counts = Object.entries(Object.groupBy(resources, ({ Type }) => Type)).map(
  ([type, all]) => `${all!.length} ${type}`,
);
console.log(`${stack!.stackName} in ${configuration.region}\n  ${counts.sort().join("\n  ")}`);
