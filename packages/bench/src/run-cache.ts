import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync, inflateSync } from "node:zlib";
import type { DetectorRun, Heatmap } from "@artguard/core";
import { detectorDigest } from "./detector-digest.ts";

const defaultFolder = fileURLToPath(new URL("../../../bench-results/cache/", import.meta.url));

/** Even, so that 0.5, the threshold of all maps, is kept exactly. */
const levels = 65_534;

interface PackedMap {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  /** 16-bit levels, deflated, base64. */
  readonly data: string;
}

/** What detectors saw in images, kept on disk by detector, detector code and image. */
export class RunCache {
  readonly #digests = new Map<string, string>();
  readonly #folder: string;

  constructor(folder = defaultFolder) {
    this.#folder = folder;
  }

  /** @param image Digest of the image's bytes. @param withMap Without it the heat map is left out. */
  read(detector: string, image: string, withMap: boolean): DetectorRun | undefined {
    const file = this.#fileOf(detector, image);
    if (!existsSync(file)) return undefined;
    const { run, map }: { run: DetectorRun; map: PackedMap | null } = JSON.parse(readFileSync(file, "utf8"));
    if (!run.observation || !map || !withMap) return run;
    return { ...run, observation: { ...run.observation, heatmap: unpacked(map) } };
  }

  write(run: DetectorRun, image: string): void {
    const { heatmap, ...observation } = run.observation ?? {};
    const stored = { run: run.observation ? { ...run, observation } : run, map: heatmap ? packed(heatmap) : null };
    const file = this.#fileOf(run.id, image);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, JSON.stringify(stored));
    renameSync(`${file}.part`, file);
  }

  #fileOf(detector: string, image: string): string {
    const digest = this.#digests.get(detector) ?? detectorDigest(detector);
    this.#digests.set(detector, digest);
    return join(this.#folder, `${detector}-${digest}`, `${image}.json`);
  }
}

function packed({ data, ...size }: Heatmap): PackedMap {
  const samples = Uint16Array.from(data, (value) => Math.round(value * levels));
  return { ...size, data: deflateSync(new Uint8Array(samples.buffer)).toString("base64") };
}

function unpacked({ data, ...size }: PackedMap): Heatmap {
  const bytes = inflateSync(Buffer.from(data, "base64"));
  const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return { ...size, data: Float32Array.from(samples, (sample) => sample / levels) };
}
