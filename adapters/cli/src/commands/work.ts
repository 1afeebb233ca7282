import {
  Admissions,
  type ArtGuardOptions,
  createArtGuard,
  defineAnalysisTable,
  defineUserTable,
  quotaGate,
} from "@artguard/core";
import { runWorker, type WorkerEvent } from "@artguard/worker";
import { chosenLanguage } from "../chosen-language.ts";
import { cloudParts } from "../cloud-parts.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { workCommand } from "../declarations/operation.ts";
import { printable } from "../printable.ts";
import { chosenDetectors } from "../scan-options.ts";
import { openQueue } from "../stores/open-queue.ts";
import type { Stores } from "../stores/open-stores.ts";
import { rightsOn } from "../stores/rights.ts";
import { placeOf } from "../stores/store-options.ts";
import { withStores } from "../stores/with-artguard.ts";

/**
 * `artguard work`: does submitted analyses and sweeps what has expired, until the signal fires.
 *
 * @returns 0, or 1 when a store failed for good.
 * @throws UsageError
 */
export async function work({ values }: Call<typeof workCommand>, signal: () => AbortSignal): Promise<number> {
  const { configuration } = placeOf(values);
  const language = chosenLanguage(values.language ?? configuration.language);
  const concurrency = values.concurrency === undefined ? {} : { concurrency: values.concurrency };
  const drainMs = values.drain === undefined ? {} : { drainMs: values.drain * 1000 };
  const health = { port: values.port, ...(values.host !== undefined && { host: values.host }) };
  const parts: Pick<ArtGuardOptions, "detectors" | "language" | "concurrency"> = {
    detectors: chosenDetectors(values.detectors, values.trust),
    ...(language !== undefined && { language }),
    ...concurrency,
    ...(values.cloud && (await cloudParts(configuration))),
  };
  const queueUrl = values.queue ?? configuration.queueUrl;
  return await withStores(values, { create: false, governed: true }, async (stores) => {
    const artguard = await openArtGuard(stores, parts);
    try {
      await runWorker({
        artguard,
        ...(queueUrl !== undefined && { queue: await openQueue(queueUrl, configuration) }),
        privacy: await rightsOn(stores),
        once: values.once,
        health,
        signal: signal(),
        ...concurrency,
        ...drainMs,
        onEvent: (event) => say(event, values.json),
      });
      return 0;
    } finally {
      await artguard[Symbol.asyncDispose]();
    }
  });
}

function storageOf({ tables, raw, processed, analysisTable, userTable }: Stores) {
  return { tables, objects: { raw, processed }, analysisTable, userTable };
}

/** What fails by no fault of its owner is given back to their quota. */
async function openArtGuard(stores: Stores, parts: Pick<ArtGuardOptions, "detectors">) {
  const { tables: store, analysisTable, userTable } = stores;
  const users = await store.open(defineUserTable(userTable));
  const analyses = await store.open(defineAnalysisTable(analysisTable));
  const admission = quotaGate(new Admissions({ store, users, analyses }));
  return await createArtGuard({ ...storageOf(stores), admission, ...parts });
}

function say(event: WorkerEvent, json: boolean): void {
  const line = lineOf(event);
  if (line) process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${textOf(line)}\n`);
}

/** What is worth a line; none of it says anything of the image but the id of its analysis. */
function lineOf(event: WorkerEvent): Record<string, unknown> | undefined {
  switch (event.type) {
    case "polled":
    case "claimed":
      return undefined;
    case "ended":
      return { event: event.outcome, request_id: event.record.request_id, elapsed_ms: Math.round(event.elapsed_ms) };
    case "abandoned":
      return { event: event.type, request_id: event.record.request_id, error: String(event.error) };
    case "poll_failed":
    case "announcement_failed":
    case "sweep_failed":
      return { event: event.type, error: String(event.error) };
    case "swept":
      return { event: event.type, ...event.sweep, erasures: event.sweep.erasures.length };
    case "listening":
      return { event: event.type, url: event.url };
    case "draining":
      return { event: event.type };
  }
}

function textOf({ event, ...figures }: Record<string, unknown>): string {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${printable(String(value))}`);
  return [event, ...words].join("  ");
}
