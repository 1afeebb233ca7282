import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isArtGuardError } from "@artguard/core";
import { checkModal, modal } from "@artguard/core/modal";
import { type RemoteStory, remoteDetectorContract } from "@artguard/core/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canRunEndpoint, endpointPython, folder, type LocalEndpoint, startEndpoint } from "../start-endpoint.ts";

const size = { width: 100, height: 75 };

async function picture(background: string) {
  const bytes = await sharp({ create: { ...size, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { ...size, bytes: new Uint8Array(bytes), content_type: "image/jpeg", scale: 1 } as const;
}

const image = await picture("white");
const noJpeg = { ...image, bytes: new TextEncoder().encode("no jpeg") };
/** The picture that makes the staged model play a story. */
const pictures: Partial<Record<RemoteStory, typeof image>> = {
  answers: image,
  "refuses-credentials": image,
  "refuses-request": noJpeg,
  "not-applicable": await picture("green"),
  fails: await picture("red"),
};

describe.skipIf(!canRunEndpoint())("examples/modal-endpoint", () => {
  let server: LocalEndpoint;
  beforeAll(async () => {
    server = await startEndpoint("endpoint_tests.staged_model:StagedModel");
  }, 600_000);
  afterAll(() => server[Symbol.asyncDispose]());

  remoteDetectorContract({ describe, it }, "the Python endpoint", {
    stories: ["answers", "not-applicable", "refuses-credentials", "refuses-request", "fails"],
    image,
    secrets: [],
    async create(story) {
      const { endpoint, key, secret } = server;
      const posts: Headers[] = [];
      let requests = 0;
      const counting: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        requests++;
        if (init?.method === "POST") posts.push(new Headers(init.headers));
        return response;
      };
      const wrong = story === "refuses-credentials" ? { secret: "ws-wrong" } : {};
      const detector = modal({ endpoint, key, secret, attempts: 3, retryDelayMs: 2, fetch: counting, ...wrong });
      return {
        detector,
        image: pictures[story] ?? image,
        reached: () => Promise.reject(new Error("the endpoint plays no story that ends by a deadline")),
        async sightings() {
          return { runs: posts.length, keys: posts.map((headers) => headers.get("idempotency-key") ?? ""), requests };
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  });

  it("passes the check of a real endpoint", async () => {
    const rows = await checkModal(server);
    expect(rows.map(({ what, status }) => [what, status])).toEqual([
      ["readiness", "ok"],
      ["closed to strangers", "ok"],
      ["answer to a test picture", "ok"],
    ]);
  });

  it("reports heat map, region, version and cost of the model", async () => {
    const outcome = await modal(server).detect(image, { signal: AbortSignal.timeout(30_000), idempotencyKey: "all" });
    expect(outcome).toMatchObject({ status: "observed", version: "0.1.0", cost_usd: 0.001 });
    const { heatmap, regions } = outcome.status === "observed" ? outcome.observation : {};
    expect([heatmap?.width, heatmap?.height, heatmap?.scale]).toEqual([4, 3, 25]);
    expect(heatmap?.data[11]).toBeGreaterThan(0.8);
    expect(regions).toEqual([{ x: 0, y: 0, width: 50, height: 75, confidence: 0.75 }]);
  });

  it("runs the model once for one idempotency key, and never for another picture", async () => {
    const ask = async (idempotencyKey: string, copy: typeof image) =>
      await modal(server).detect(copy, { signal: AbortSignal.timeout(30_000), idempotencyKey });
    const [first, second] = [await ask("same", image), await ask("same", image)];
    // The staged model's score counts its runs.
    expect(second).toEqual(first);
    expect(await ask("different", image)).not.toEqual(first);
    const [refused] = await Promise.allSettled([ask("same", await picture("grey"))]);
    const error = refused?.status === "rejected" ? refused.reason : undefined;
    expect(isArtGuardError(error, "modal.request-refused") && error.message).toContain("another picture");
  });

  it("sends no score beyond 1: the staged model's becomes a failure", async () => {
    const blue = await picture("blue");
    const asked = modal(server).detect(blue, { signal: AbortSignal.timeout(30_000), idempotencyKey: "blue" });
    await expect(asked).rejects.toMatchObject({ code: "modal.endpoint-failed" });
  });

  it("passes its own unit tests", async () => {
    const run = promisify(execFile);
    const args = ["-m", "unittest", "discover", "-s", "endpoint_tests", "-t", "."];
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
    const { stderr } = await run(endpointPython(), args, { cwd: folder, env });
    expect(stderr).toMatch(/Ran (1[89]|[2-9]\d) tests.*OK/s);
  });
});
