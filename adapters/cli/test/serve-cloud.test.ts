import { readFileSync } from "node:fs";
import { answering } from "@artguard/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { answer, cloudFolder, fakeBedrock, image } from "./cloud-setup.ts";
import { finished, startCli } from "./run-cli.ts";

const { folder, run } = await cloudFolder();

describe("artguard serve --cloud", () => {
  it("has the model that the environment names explain what is uploaded", async () => {
    const { fake, settings } = await fakeBedrock([answering(answer)]);
    const env = { PATH: process.env["PATH"], ...settings };
    const child = startCli(["serve", "--cloud", "--port", "0", "--folder", `${folder}/stores`], { cwd: folder, env });
    onTestFinished(() => void child.kill("SIGKILL"));
    const end = finished(child);
    const said = { out: "", err: "" };
    child.stdout?.on("data", (text) => {
      said.out += text;
    });
    child.stderr?.on("data", (text) => {
      said.err += text;
    });
    await expect.poll(() => said.out, { timeout: 60_000 }).toMatch(/\S\n/);
    const url = /listening on (\S+),/.exec(said.err)?.[1];
    const form = new FormData();
    form.set("file", new Blob([readFileSync(image)]), "spliced.jpg");
    const headers = { authorization: `Bearer ${said.out.trim()}` };
    const response = await fetch(`${url}/detect-forgery`, { method: "POST", body: form, headers });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { verdict: "LIKELY_FORGED", explanation: { author: "eu.anthropic.claude-sonnet-4-6" } },
    ]);
    expect(fake.calls).toHaveLength(1);
    child.kill("SIGTERM");
    expect((await end).status).toBe(0);
  });

  it("does not start where the environment names nobody to ask", async () => {
    const { status, stderr } = await run({}, "serve", "--cloud", "--port", "0");
    expect([status, stderr]).toEqual([2, expect.stringContaining("ARTGUARD_BEDROCK_MODEL")]);
  });
});
