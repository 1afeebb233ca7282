import type { JsonValue } from "../detection/detection.ts";
import type { RemoteDetector, RemoteOutcome } from "../detection/remote-detector.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { PreprocessedImage } from "../image/preprocess-image.ts";
import { outcomeOf, parseReady } from "./answer.ts";
import { type EndpointRequest, exchange } from "./exchange.ts";
import { assertHeaderValue, type ModalOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { type CopySize, handleOf, type Job, jobOf } from "./result-address.ts";

/** Modal holds a request for 150 s and then answers 303; browsers follow 20 of them, which makes 50 minutes. */
const maximumHops = 20;

/**
 * A detector on an endpoint of Modal that speaks the contract of `docs/modal.md`.
 *
 * It sends the copy of at most 2048 px with an idempotency key, repeats what may be repeated (one owner of retries), follows
 * Modal's 303 by hand and on the endpoint's own origin only, and believes no answer before it is checked. Once the endpoint
 * has accepted a job, no lack of time and no passing trouble loses it: the outcome is then `unfinished`, with a handle for
 * {@link ModalDetector.resume}.
 *
 * @example
 * const detector = new ModalDetector({ endpoint, ...credentials });
 * await detector.warmUp({ signal: AbortSignal.timeout(150_000) });
 */
export class ModalDetector implements RemoteDetector {
  readonly id: string;
  /** Version of the contract with the endpoint; the model's own comes with each answer. */
  readonly version = "1.0.0";
  readonly family = "remote-model";
  readonly #options: ResolvedOptions;

  /** @throws ArtGuardError `modal.invalid-option` */
  constructor(options: ModalOptions) {
    this.#options = resolveOptions(options);
    this.id = this.#options.id;
  }

  /**
   * @throws ArtGuardError `modal.timed-out`, `modal.unavailable`, `modal.throttled` (these three only before the job is
   * accepted), `modal.unauthorized`, `modal.endpoint-missing`, `modal.request-refused`, `modal.endpoint-failed`,
   * `modal.redirect-refused`, `modal.too-many-redirects`, `modal.response-too-large`, `modal.invalid-response`,
   * `modal.result-gone`, `modal.invalid-option` (an idempotency key that no header can carry)
   */
  async detect(
    { bytes, content_type, width, height }: Pick<PreprocessedImage, "bytes" | "content_type" | "width" | "height">,
    { signal, idempotencyKey }: { readonly signal: AbortSignal; readonly idempotencyKey: string },
  ): Promise<RemoteOutcome> {
    assertHeaderValue("idempotencyKey", idempotencyKey);
    const request: EndpointRequest = {
      url: this.#options.endpoint,
      method: "POST",
      headers: { "Content-Type": content_type, "Idempotency-Key": idempotencyKey },
      body: new Uint8Array(bytes),
      missing: "modal.endpoint-missing",
    };
    return await this.#outcome(request, { width, height }, signal);
  }

  /**
   * Asks for the answer of an accepted job; the model does not run again.
   *
   * @throws ArtGuardError `modal.invalid-handle`, `modal.result-gone`, and those of {@link ModalDetector.detect} that do not
   * speak of an image.
   */
  async resume(handle: JsonValue, { signal }: { readonly signal: AbortSignal }): Promise<RemoteOutcome> {
    const job = jobOf(handle, this.#options.endpoint);
    return await this.#outcome(resultRequest(job.result), job.size, signal, job);
  }

  /**
   * Starts a container of the endpoint without giving it work (`GET`), and waits until it is ready.
   *
   * @throws ArtGuardError as {@link ModalDetector.detect}
   */
  async warmUp({ signal }: { readonly signal: AbortSignal }): Promise<{ model: string; version: string }> {
    const ping: EndpointRequest = { url: this.#options.endpoint, method: "GET", missing: "modal.endpoint-missing" };
    return parseReady(await this.#text(ping, signal));
  }

  async #outcome(
    request: EndpointRequest,
    size: CopySize,
    signal: AbortSignal,
    accepted?: Job,
  ): Promise<RemoteOutcome> {
    let job = accepted;
    try {
      const text = await this.#text(request, signal, (result) => {
        job = { result, size };
      });
      return outcomeOf(text, size);
    } catch (error) {
      // The job is paid for and still at work: only the way to its answer is closed for now.
      if (job && isArtGuardError(error) && error.retryable) return { status: "unfinished", handle: handleOf(job) };
      throw error;
    }
  }

  /** The body at the end of all redirects, within the budget of one call. */
  async #text(first: EndpointRequest, signal: AbortSignal, onAccepted?: (result: URL) => void): Promise<string> {
    const budget = new AbortController();
    const timer = setTimeout(() => budget.abort(), this.#options.budgetMs);
    try {
      return await this.#follow(first, AbortSignal.any([signal, budget.signal]), onAccepted);
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(first: EndpointRequest, signal: AbortSignal, onAccepted?: (result: URL) => void): Promise<string> {
    let request = first;
    for (let hops = 0; hops <= maximumHops; hops++) {
      const reply = await exchange(request, this.#options, signal);
      if ("text" in reply) return reply.text;
      onAccepted?.(reply.next);
      request = resultRequest(reply.next);
    }
    throw new ArtGuardError("modal.too-many-redirects", `the endpoint redirected more than ${maximumHops} times`);
  }
}

function resultRequest(url: URL): EndpointRequest {
  return { url, method: "GET", missing: "modal.result-gone" };
}

/**
 * A remote detector on Modal.
 *
 * @example
 * const detector = modal({ endpoint: "https://me--detector.modal.run", key: "wk-…", secret: "ws-…" });
 * const outcome = await detector.detect(copy, { signal: AbortSignal.timeout(20_000), idempotencyKey: requestId });
 *
 * @throws ArtGuardError `modal.invalid-option`
 */
export function modal(options: ModalOptions): ModalDetector {
  return new ModalDetector(options);
}
