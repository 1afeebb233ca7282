import { type ArtGuard, createArtGuard } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";

/** Images a second when `images` copies of one file are analysed by a number of child processes, after a warm-up. */
export async function batchRate(bytes: Uint8Array, processes: number, images: number): Promise<number> {
  const detectors = forensicDetectors();
  const artguard = await createArtGuard({ detectors, storage: "memory", concurrency: processes, deadlineMs: 600_000 });
  try {
    await analyzeAll(artguard, bytes, processes);
    const started = performance.now();
    await analyzeAll(artguard, bytes, images);
    return (1000 * images) / (performance.now() - started);
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
}

async function analyzeAll(artguard: ArtGuard, bytes: Uint8Array, images: number): Promise<void> {
  await Promise.all(Array.from({ length: images }, () => artguard.analyze(bytes)));
}
