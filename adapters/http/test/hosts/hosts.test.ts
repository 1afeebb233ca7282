import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { findHost } from "./find-host.ts";

const program = fileURLToPath(new URL("./host.ts", import.meta.url));
const picture = readFileSync(new URL("../../../../examples/images/spliced.jpg", import.meta.url));
const condition = "--conditions=artguard-source";

/** How each host runs the program. Bun does not run the child processes in which images are decoded. */
const hosts = [
  { host: "Node", command: process.execPath, args: ["--disable-warning=ExperimentalWarning", condition, program] },
  { host: "Bun", command: findHost("bun"), args: [condition, program, "none"] },
  {
    host: "Deno",
    command: findHost("deno"),
    args: ["run", "-A", "--no-check", "--node-modules-dir=manual", condition, program],
  },
];

async function started(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error(complaint))),
  ]);
  return JSON.parse(String(line)) as { url: string; key: string };
}

function formOf(bytes: Uint8Array): FormData {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(bytes)]), "spliced é.jpg");
  return form;
}

describe.each(hosts)("the app in $host", ({ command, args }) => {
  it.skipIf(command === undefined)(
    "answers health, refuses strangers, judges an upload and streams its progress",
    async () => {
      const { url, key } = await started(command!, args);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await fetch(`${url}/v1/analyses`)).status).toBe(401);
      const headers = { authorization: `Bearer ${key}` };
      const upload = (more: Record<string, string> = {}, bytes: Uint8Array = picture) =>
        fetch(`${url}/detect-forgery`, { method: "POST", body: formOf(bytes), headers: { ...headers, ...more } });
      const answer = await upload();
      const analysis = await answer.json();
      expect([answer.status, analysis]).toMatchObject([
        200,
        { status: "COMPLETED", filename: "spliced é.jpg", size_bytes: picture.length },
      ]);
      expect((await upload({}, Buffer.from("no image"))).status).toBe(415);
      const stream = await upload({ accept: "text/event-stream" });
      expect(stream.headers.get("content-type")).toContain("text/event-stream");
      const events = (await stream.text()).matchAll(/^event: (\S+)$/gm);
      expect([...events].map(([, name]) => name).at(-1)).toBe("completed");
      const { items } = (await (await fetch(`${url}/v1/analyses`, { headers })).json()) as {
        items: { status: string }[];
      };
      expect(items.map(({ status }) => status)).toEqual(["COMPLETED", "FAILED", "COMPLETED"]);
    },
  );
});
