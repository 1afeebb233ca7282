import { randomUUID } from "node:crypto";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import { checkStore, type StoreCheck } from "../storage/store-check.ts";
import { ModalDetector } from "./modal-detector.ts";
import type { ModalOptions } from "./options.ts";

const testSide = 64;

/** What {@link checkModal} asks, and for how long. */
export interface ModalCheckOptions extends ModalOptions {
  /** Longest wait for each row in milliseconds; default 150,000, since a container may have to start. */
  readonly timeoutMs?: number;
}

/**
 * Looks at a real endpoint: is it ready for these credentials, closed without them, and does its answer to a grey test
 * picture keep the contract? The picture is a run of the model and costs what a run costs.
 *
 * @throws ArtGuardError `modal.invalid-option`
 * @example
 * for (const { what, status, message } of await checkModal({ endpoint, ...credentials })) console.log(what, status, message);
 */
export async function checkModal({ timeoutMs = 150_000, ...options }: ModalCheckOptions): Promise<StoreCheck[]> {
  const detector = new ModalDetector(options);
  const subject = `modal ${new URL(options.endpoint).host}`;
  const signal = () => AbortSignal.timeout(timeoutMs);
  const ready = await checkStore(subject, "readiness", async () => {
    const { model, version } = await detector.warmUp({ signal: signal() });
    return `${model} ${version}`;
  });
  if (ready.status !== "ok") return [ready];
  const stranger = new ModalDetector({ ...options, key: "wk-nobody", secret: "ws-nobody" });
  return [
    ready,
    await checkStore(subject, "closed to strangers", () => refuses(stranger, signal())),
    await checkStore(subject, "answer to a test picture", () => answers(detector, signal())),
  ];
}

async function refuses(stranger: ModalDetector, signal: AbortSignal) {
  try {
    await stranger.warmUp({ signal });
  } catch (error) {
    if (isArtGuardError(error, "modal.unauthorized")) return "refused without the token";
    throw error;
  }
  return {
    message: "answers whoever asks, at your expense",
    fix: "Deploy it with requires_proxy_auth=True, as examples/modal-endpoint does.",
  };
}

async function answers(detector: ModalDetector, signal: AbortSignal): Promise<string> {
  const outcome = await detector.detect(await testPicture(), { signal, idempotencyKey: randomUUID() });
  if (outcome.status === "unfinished") throw new ArtGuardError("modal.timed-out", "accepted, but not done in time");
  return outcome.status === "observed" ? `a score of ${outcome.observation.statistic}` : outcome.reason;
}

async function testPicture() {
  const { default: sharp } = await import("sharp");
  const grey = { width: testSide, height: testSide, channels: 3, background: "#808080" } as const;
  const bytes = new Uint8Array(await sharp({ create: grey }).jpeg().toBuffer());
  return { bytes, content_type: "image/jpeg", width: testSide, height: testSide } as const;
}
