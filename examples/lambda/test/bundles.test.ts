import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inferenceKey } from "@artguard/core";
import { canRunMoto, type MotoServer, startMoto } from "@artguard/development-servers/moto";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions, type FunctionName, folderOf } from "../bundle-functions.ts";
import { type LocalFunction, startFunction } from "../local/start-function.ts";
import { deployOnMoto, firstAdministrator } from "./moto-deployment.ts";
import { type Asked, answerOf, type EventKind, eventKinds, eventOf, uploadOf } from "./requests.ts";

const event = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../../adapters/lambda/test/events/${name}.json`, import.meta.url), "utf8"));
const picture = (name: string) => readFile(new URL(`../../images/${name}`, import.meta.url));

const dayMs = 86_400_000;
/** What the recorded events are about. */
const key = "training/authentic_v1/a b+c% é.jpg";
const messagesOf = async (...bodies: string[]) => {
  const [record] = (await event("sqs-batch")).Records;
  return { Records: bodies.map((body, i) => ({ ...record, messageId: `m${i}`, body })) };
};
const batchOf = (...bodies: unknown[]) => messagesOf(...bodies.map((body) => JSON.stringify(body)));
const scheduled = { "detail-type": "Scheduled Event", source: "aws.events" };

describe.skipIf(!canRunMoto())("the bundles, behind a Runtime API on this machine", () => {
  const target = mkdtempSync(join(tmpdir(), "artguard-functions-"));
  const running: LocalFunction[] = [];
  let moto: MotoServer;
  let deployed: Awaited<ReturnType<typeof deployOnMoto>>;
  let administrator: Awaited<ReturnType<typeof firstAdministrator>>;
  let api: LocalFunction;

  beforeAll(async () => {
    [moto] = await Promise.all([startMoto(), bundleFunctions(target)]);
    deployed = await deployOnMoto(moto);
    administrator = await firstAdministrator(deployed.environment);
    api = await start("api");
  });
  afterAll(async () => {
    await Promise.all(running.map((local) => local[Symbol.asyncDispose]()));
    await moto?.[Symbol.asyncDispose]();
    rmSync(target, { recursive: true, force: true });
  });

  async function start(name: FunctionName, environment: Record<string, string> = {}): Promise<LocalFunction> {
    const local = await startFunction(folderOf(name, target), { ...deployed.environment, ...environment });
    running.push(local);
    return local;
  }

  async function ask(kind: EventKind, { headers, ...asked }: Asked, key = administrator.printed) {
    const authorization = key === "" ? {} : { Authorization: `Bearer ${key}` };
    const outcome = await api.invoke(await eventOf(kind, { ...asked, headers: { ...headers, ...authorization } }));
    if (!("payload" in outcome)) throw new Error(JSON.stringify(outcome.error));
    return answerOf(outcome.payload);
  }
  const submit = async () => {
    const upload = await uploadOf(await picture("spliced.jpg"), "spliced.jpg");
    const headers = { ...upload.headers, Prefer: "respond-async" };
    const answer = await ask("function-url", { method: "POST", path: "/detect-forgery", ...upload, headers });
    expect(answer.status).toBe(202);
    return String(answer.json()["request_id"]);
  };
  const read = async (requestId: string) =>
    (await ask("http-api-v2", { method: "GET", path: `/v1/analyses/${requestId}` })).json();

  it("have one first administrator, whose key is printed once", async () => {
    expect([administrator.complaint, administrator.status]).toEqual(["", 0]);
    expect(administrator.printed).toMatch(/^\S{20,}$/);
    expect((await firstAdministrator(deployed.environment)).status).toBe(1);
  });

  it.each(eventKinds)(
    "answer requests of %s: health, 401, an upload, its heat map, a page of history",
    async (kind) => {
      expect((await ask(kind, { method: "GET", path: "/health/ready" }, "")).status).toBe(200);
      expect((await ask(kind, { method: "GET", path: "/v1/analyses" }, "")).status).toBe(401);
      const upload = await uploadOf(await picture("spliced.jpg"), "spliced é.jpg");
      const analysed = await ask(kind, { method: "POST", path: "/detect-forgery?save_image=true", ...upload });
      expect([analysed.status, analysed.json()]).toMatchObject([
        200,
        { verdict: "LIKELY_FORGED", filename: "spliced é.jpg", image_saved: true },
      ]);
      const requestId = analysed.json()["request_id"];
      const map = await ask(kind, { method: "GET", path: `/v1/analyses/${requestId}/heat-map.png` });
      expect([map.status, map.header("content-type")]).toEqual([200, "image/png"]);
      expect((await sharp(map.bytes).stats()).channels[0]!.max).toBeGreaterThan(200);
      const page = await ask(kind, { method: "GET", path: "/v1/analyses?limit=1" });
      expect(page.json()).toMatchObject({ items: [{ request_id: requestId }] });
    },
  );

  it("take an analysis that is submitted over HTTP through the queue to its result, once", async () => {
    const requestId = await submit();
    expect(await read(requestId)).toMatchObject({ status: "PENDING" });
    const messages = await deployed.takeMessages();
    expect(messages).toEqual([JSON.stringify({ request_id: requestId })]);
    const worker = await start("worker");
    const batch = await messagesOf(...messages, '{"request_id":"deleted"}', "malformed");
    const malformedAlone = { payload: { batchItemFailures: [{ itemIdentifier: "m2" }] } };
    expect(await worker.invoke(batch)).toEqual(malformedAlone);
    const ended = await read(requestId);
    expect(ended).toMatchObject({ status: "COMPLETED", verdict: "LIKELY_FORGED" });
    const { detections } = ended as { detections: { status: string }[] };
    expect(detections.filter(({ status }) => status !== "ok" && status !== "not_applicable")).toEqual([]);
    expect(await worker.invoke(batch)).toEqual(malformedAlone);
    expect((await read(requestId))["analyzed_at"]).toBe(ended["analyzed_at"]);
  });

  it("do by the schedule what no message came for", async () => {
    const requestId = await submit();
    await deployed.takeMessages();
    const worker = await start("worker", { _HANDLER: "index.lookForWork" });
    expect(await worker.invoke(scheduled)).toMatchObject({ payload: { completed: 1 } });
    expect(await read(requestId)).toMatchObject({ status: "COMPLETED" });
  });

  it("keep the work when the queue does not answer, and say so in the log", async () => {
    const queueless = await start("api", { ARTGUARD_QUEUE_URL: `${moto.endpoint}/123456789012/nowhere` });
    const upload = await uploadOf(await picture("untouched.jpg"), "untouched.jpg");
    const headers = {
      ...upload.headers,
      Prefer: "respond-async",
      Authorization: `Bearer ${administrator.printed}`,
    };
    const outcome = await queueless.invoke(
      await eventOf("function-url", { method: "POST", path: "/detect-forgery", ...upload, headers }),
    );
    if (!("payload" in outcome)) throw new Error(JSON.stringify(outcome.error));
    expect(answerOf(outcome.payload).status).toBe(202);
    expect(queueless.log()).toContain('"code":"queue.missing"');
    const worker = await start("worker", { _HANDLER: "index.lookForWork" });
    expect(await worker.invoke(scheduled)).toMatchObject({ payload: { completed: 1 } });
  });

  it("preprocess a training image for each shape of event, and refuse what is no image", async () => {
    const preprocess = await start("preprocess");
    await deployed.raw.put(key, await picture("untouched.jpg"));
    for (const name of ["s3-notification", "eventbridge", "s3-test-event"])
      expect(await preprocess.invoke(await event(name))).toEqual({ payload: null });
    const copies: string[] = [];
    for await (const object of deployed.processed.list("training/")) copies.push(object.key);
    expect(copies).toEqual([expect.stringMatching(/^training\/authentic_v1\/[0-9a-f]{64}\.jpg$/)]);
    expect(await deployed.processed.getTags(copies[0]!)).toMatchObject({ label: "authentic", dataset: "authentic_v1" });

    await deployed.raw.put(key, Buffer.from("no image"));
    const batch = await batchOf(await event("eventbridge"), await event("s3-test-event"), "malformed");
    expect(await preprocess.invoke(batch)).toEqual({
      payload: { batchItemFailures: [{ itemIdentifier: "m0" }, { itemIdentifier: "m2" }] },
    });
    expect(await preprocess.invoke(await event("eventbridge"))).toMatchObject({
      error: { errorType: "ArtGuardError" },
    });
    expect(preprocess.log()).toContain('"code":"image.unsupported-format"');
  });

  it("sweep what has expired", async () => {
    const privacy = await start("privacy");
    await deployed.raw.put(inferenceKey("a1", Date.now() - 3 * dayMs, "original.jpg"), Buffer.from("left behind"));
    const outcome = await privacy.invoke(scheduled);
    // It was written a moment ago: whoever wrote it may still be at work.
    expect(outcome).toMatchObject({ payload: { objects_examined: 1, objects_deleted: 0, erasures: [] } });
  });
});
