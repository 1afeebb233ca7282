import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { checkModal, modal } from "@artguard/core/modal";
import sharp from "sharp";
import { canRunEndpoint, startEndpoint } from "./start-endpoint.ts";

/** A flat picture in the form of the copy that ArtGuard sends. */
async function picture(background: string) {
  const size = { width: 96, height: 64 };
  const bytes = await sharp({ create: { ...size, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { ...size, bytes: new Uint8Array(bytes), content_type: "image/jpeg", scale: 1 } as const;
}

if (canRunEndpoint()) {
  await using server = await startEndpoint("endpoint:BrightnessDemo");
  const { endpoint, key, secret } = server;
  const detector = modal({ endpoint, key, secret });

  console.log("ready:", await detector.warmUp({ signal: AbortSignal.timeout(30_000) }));
  const ask = async (background: string) => {
    const signal = AbortSignal.timeout(30_000);
    const outcome = await detector.detect(await picture(background), { signal, idempotencyKey: randomUUID() });
    return outcome.status === "observed" ? outcome.observation.statistic : outcome;
  };
  // The demonstration model only measures brightness.
  const [dark, bright] = [await ask("#101010"), await ask("#f0f0f0")];
  console.log("dark:", dark, "bright:", bright);
  assert.ok(Math.abs(Number(dark) - 16 / 255) < 0.01);
  assert.ok(Math.abs(Number(bright) - 240 / 255) < 0.01);

  const rows = await checkModal({ endpoint, key, secret });
  for (const { what, status, message } of rows) console.log(`${what}: ${status}, ${message}`);
  assert.deepEqual(
    rows.map(({ status }) => status),
    ["ok", "ok", "ok"],
  );
}
