import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** Runs a program in a fresh Node that sees the sources, and returns what it prints. */
function printed(program: string): string {
  const args = ["--conditions=artguard-source", "--input-type=module", "--eval", program];
  return execFileSync(process.execPath, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  }).trim();
}

const isLoaded = `
  import { createRequire } from "node:module";
  const isLoaded = (name) => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes(name));
`;

it("the front door loads no image decoder until an ArtGuard is created", () => {
  const program = `
    ${isLoaded}
    import { createArtGuard } from "@artguard/core";
    const before = isLoaded("/sharp/");
    await (await createArtGuard({ detectors: [] }))[Symbol.asyncDispose]();
    console.log(before, isLoaded("/sharp/"));
  `;
  expect(printed(program)).toBe("false true");
});

it("only the DynamoDB room loads the AWS SDK", () => {
  const program = `
    ${isLoaded}
    import "@artguard/core";
    const before = isLoaded("/@aws-sdk/");
    await import("@artguard/core/dynamodb");
    console.log(before, isLoaded("/@aws-sdk/"));
  `;
  expect(printed(program)).toBe("false true");
});
