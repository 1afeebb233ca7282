import { setTimeout as wait } from "node:timers/promises";
import type { ArtGuard } from "@artguard/core";

const pauseMs = 1000;

/** Does what was submitted, one analysis after another, until it is stopped. @returns stops it, and waits for its end. */
export function startOpenWork(artguard: ArtGuard, onError: (error: unknown) => void): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const running = (async () => {
    while (!signal.aborted) {
      try {
        await artguard.processOpenWork({ signal });
      } catch (error) {
        onError(error);
      }
      await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return async () => {
    controller.abort();
    await running;
  };
}
