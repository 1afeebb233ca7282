import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ArtGuard, createArtGuard } from "@artguard/core";
import { folder as objectFolder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { startLoopbackServer } from "@artguard/core/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { runCli, startCli } from "./run-cli.ts";

const image = fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url));
const quick = ["--detectors", "provenance,double-quantization"];

let folder: string;
let close: () => Promise<void>;
let artguard: ArtGuard;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "artguard-work-"));
  const tables = await sqlite({ path: join(folder, "artguard.db") });
  const objects = objectFolder({ path: join(folder, "objects") });
  artguard = await createArtGuard({ detectors: [], tables, objects });
  close = async () => {
    await artguard[Symbol.asyncDispose]();
    await tables[Symbol.asyncDispose]();
  };
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

const submit = async () => (await artguard.submit(await readFile(image), { filename: "spliced.jpg" })).request_id;

describe("artguard work", () => {
  it("with --once does what was submitted, sweeps, and says so in JSON lines", async () => {
    const requestId = await submit();
    const { status, stdout, stderr } = await runCli(["work", "--once", "--json", "--folder", folder, ...quick]);
    expect([status, stderr]).toEqual([0, ""]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { event: "listening", url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
      { event: "completed", request_id: requestId },
      { event: "swept", objects_deleted: 0 },
    ]);
    expect(await artguard.get(requestId)).toMatchObject({ status: "COMPLETED", verdict: "LIKELY_FORGED" });
  });

  it("works until it is told to end, and then ends with 0", async () => {
    const child = startCli(["work", "--folder", folder, ...quick]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const seen: string[] = [];
    const closed = once(child, "close");
    for await (const line of createInterface({ input: child.stdout! })) {
      seen.push(line.split("  ")[0]!);
      if (seen.at(-1) === "listening") await submit();
      if (seen.at(-1) === "completed") child.kill("SIGTERM");
    }
    // A slow machine may come to the first sweep.
    expect(seen.filter((word) => word !== "swept")).toEqual(["listening", "completed", "draining"]);
    expect((await closed)[0]).toBe(0);
  });

  it("listens to the queue that it is given, and says why when it does not answer", async () => {
    const server = await startLoopbackServer(() => ({
      status: 400,
      headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": "QueueDoesNotExist" },
      chunks: [Buffer.from("{}")],
    }));
    onTestFinished(() => server[Symbol.asyncDispose]());
    const env = { ...process.env, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const queue = `${server.url}/111122223333/submitted`;
    const { status, stdout } = await runCli(["work", "--folder", folder, "--queue", queue, ...quick], undefined, {
      env,
    });
    expect([status, stdout]).toEqual([1, expect.stringContaining("announcement_failed")]);
    expect(server.requests.length).toBeGreaterThan(0);
    expect((await runCli(["work", "--folder", folder, "--queue", "submitted"])).stderr).toContain("--queue must be");
  });

  it("refuses what it does not understand, and a folder without records", async () => {
    expect(await runCli(["work", "--port", "70000", "--folder", folder])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--port must be a whole number from 0 to 65535"),
    });
    expect((await runCli(["work", "now", "--folder", folder])).status).toBe(2);
    expect((await runCli(["work", "--folder", join(folder, "elsewhere")])).status).toBe(2);
  });
});
