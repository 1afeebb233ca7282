import { setTimeout as sleep } from "node:timers/promises";
import type { ReceiveOptions, WorkAnnouncement, WorkAnnouncements } from "../analysis/work-announcements.ts";
import { ArtGuardError } from "../errors/artguard-error.ts";

interface Entry {
  readonly requestId: string | undefined;
  hiddenUntil: number;
  receives: number;
}

/** Pause between two looks, in milliseconds. */
const lookMs = 2;

/**
 * Announcements in memory that behave as a queue does: hidden while they are worked on, and there again afterwards.
 *
 * @example
 * const announcements = new MemoryWorkAnnouncements();
 * announcements.failures.announce.push(new Error("the queue is down"));
 * const submitting = await createArtGuard({ detectors, tables, objects, announcements });
 */
export class MemoryWorkAnnouncements implements WorkAnnouncements {
  readonly #entries = new Set<Entry>();
  /** What the next call of each name rejects with, as often as it is given. */
  readonly failures: { readonly [Name in "announce" | "receive" | "hide" | "remove"]: Error[] } = {
    announce: [],
    receive: [],
    hide: [],
    remove: [],
  };

  async announce(requestId: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#failIfTold("announce");
    this.put(requestId);
  }

  /** A message as it comes; undefined is one that names no analysis. */
  put(requestId: string | undefined): void {
    this.#entries.add({ requestId, hiddenUntil: 0, receives: 0 });
  }

  async receive({ most, waitMs, hideMs, signal }: ReceiveOptions): Promise<readonly WorkAnnouncement[]> {
    if (!Number.isSafeInteger(most) || most < 1)
      throw new ArtGuardError("queue.invalid-option", `most must be a whole number from 1 on, got ${most}`);
    for (const end = Date.now() + waitMs; ; await sleep(lookMs)) {
      signal?.throwIfAborted();
      this.#failIfTold("receive");
      const free = [...this.#entries].filter(({ hiddenUntil }) => hiddenUntil <= Date.now()).slice(0, most);
      if (free.length > 0 || Date.now() >= end) return free.map((entry) => this.#received(entry, hideMs));
    }
  }

  /** Messages that nobody removed. */
  get left(): readonly { readonly requestId: string | undefined; readonly receives: number }[] {
    return [...this.#entries].map(({ requestId, receives }) => ({ requestId, receives }));
  }

  #received(entry: Entry, hideMs: number): WorkAnnouncement {
    entry.hiddenUntil = Date.now() + hideMs;
    entry.receives += 1;
    return {
      requestId: entry.requestId,
      hide: async (ms) => {
        this.#failIfTold("hide");
        entry.hiddenUntil = Date.now() + ms;
      },
      remove: async () => {
        this.#failIfTold("remove");
        this.#entries.delete(entry);
      },
    };
  }

  #failIfTold(name: keyof MemoryWorkAnnouncements["failures"]): void {
    const failure = this.failures[name].shift();
    if (failure) throw failure;
  }
}
