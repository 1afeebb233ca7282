import type { ModalOptions } from "@artguard/core/modal";
import { type RemoteDetectorContractSetup, remoteDetectorContract } from "@artguard/core/testing";
import { describe, expect, it } from "vitest";
import { modalSetup } from "./modal-subject.ts";

/** Sentences of the contract that do not hold. */
async function broken(setup: RemoteDetectorContractSetup): Promise<string[]> {
  const tests: { name: string; body: () => Promise<void> }[] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void tests.push({ name, body }),
  };
  remoteDetectorContract(runner, "mutant", setup);
  const failures: string[] = [];
  await Promise.all(tests.map(({ name, body }) => body().catch(() => failures.push(name))));
  return failures;
}

const send = globalThis.fetch;

/** Follows every 303 by itself, as an HTTP client out of the box does. */
function following(headersFor: (to: URL, from: URL, headers: Headers) => Headers): typeof fetch {
  return async (input, init = {}) => {
    let [url, headers] = [new URL(String(input)), new Headers(init.headers)];
    let response = await send(url, init);
    for (let hops = 0; response.status === 303 && hops < 25; hops++) {
      const target = URL.parse(response.headers.get("location") ?? "", url.href);
      if (!target?.protocol.startsWith("http")) return response;
      [headers, url] = [headersFor(target, url, headers), target];
      const { signal } = init;
      response = await send(url, { headers, redirect: "manual", ...(signal && { signal }) });
    }
    return response;
  };
}

const mutants: Record<string, { options: Partial<ModalOptions>; breaks: string[] }> = {
  "follows to other origins without the secret": {
    options: { fetch: following((to, from, headers) => (to.origin === from.origin ? headers : new Headers())) },
    breaks: ["asks no other origin", "asks no other origin for the answer of an accepted job"],
  },
  "follows to other origins with the secret": {
    options: { fetch: following((_to, _from, headers) => headers) },
    breaks: [
      "asks no other origin",
      "shows no other origin its secret: redirects-elsewhere",
      "shows no other origin its secret: job-moves-elsewhere",
    ],
  },
  "loses the secret on the way": {
    options: { fetch: following(() => new Headers()) },
    breaks: ["follows an accepted job to its answer", "follows as many redirects as a job of 50 minutes has"],
  },
  "reads whatever comes": {
    options: { maximumResponseBytes: 2 ** 30 },
    breaks: [
      "stops reading an endless answer",
      "does not begin to read an answer that is announced as too long",
      "counts the bytes of a packed answer unpacked",
    ],
  },
  "sends the image again wherever it is told to": {
    options: { fetch: (input, init) => send(input, { ...init, redirect: "follow" }) },
    breaks: ["sends the image to no other address after 307"],
  },
  "never repeats": {
    options: { attempts: 1 },
    breaks: ["asks again after 429", "asks again when the connection breaks"],
  },
  "waits as long as it is told": {
    options: { fetch: (input, init) => send(input, init && { ...init, signal: AbortSignal.timeout(1500) }) },
    breaks: ["asks nothing when the time is over before it begins"],
  },
  "forgets the idempotency key": {
    options: {
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.delete("idempotency-key");
        return send(input, { ...init, headers });
      },
    },
    breaks: ["reports what the model saw"],
  },
};

describe("the contract of remote detectors", () => {
  it("holds for the client as it is", async () => {
    expect(await broken(modalSetup())).toEqual([]);
  });

  it.each(Object.entries(mutants))("finds a client that %s", async (_name, { options, breaks }) => {
    expect(await broken(modalSetup(options))).toEqual(expect.arrayContaining(breaks));
  });
});
