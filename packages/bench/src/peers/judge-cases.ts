import type { Detector } from "@artguard/core";
import { inspectImage, openForensicImage, renderHeatmap } from "@artguard/core/image";
import sharp from "sharp";
import type { BenchCase } from "../cases.ts";
import { pixelScores } from "../metrics/pixel-scores.ts";
import type { PeerFailure, PeerVerdict } from "./run-peer.ts";

/** What one judge, ours or a peer, says of one image. */
export interface Judgement {
  readonly judge: string;
  readonly set: string;
  readonly group: string;
  readonly isForged: boolean;
  /** Higher is more suspicious; 0 where the judge does not apply or failed. */
  readonly score: number;
  /** Null where the judge has no rule of its own. */
  readonly accused: boolean | null;
  /** CPU seconds per megapixel; undefined where the judge did not measure the image. */
  readonly secondsPerMegapixel?: number;
  /** F1 at the fixed threshold 0.5 against the mask of a forged image. */
  readonly f1?: number;
  readonly failed?: string;
}

/** Our detectors on one image, in this process, one after the other. */
export async function judgeOurselves(each: BenchCase, detectors: readonly Detector[]): Promise<Judgement[]> {
  const image = await openForensicImage(each.bytes);
  const mask = await maskOf(each);
  const judgements: Judgement[] = [];
  for (const detector of detectors) {
    const start = process.cpuUsage();
    const result = await detector.detect(image, { signal: new AbortController().signal });
    const { user, system } = process.cpuUsage(start);
    const drawn = renderHeatmap(result.applicable ? (result.heatmap ?? null) : null, { ...image.info, orientation: 1 });
    judgements.push({
      ...labelsOf(each, detector.id),
      score: result.applicable ? result.statistic : 0,
      accused: result.applicable && result.findings.some(({ direction }) => direction === "forged"),
      ...(result.applicable && { secondsPerMegapixel: perMegapixel((user + system) / 1e6, each) }),
      ...(mask && { f1: pixelScores(drawn.data, mask).f1 }),
    });
  }
  return judgements;
}

/** What a peer answered for one image, with the map that it wrote. */
export async function judgeByPeer(
  each: BenchCase,
  judge: string,
  answer: PeerVerdict | PeerFailure,
  map: string,
): Promise<Judgement> {
  const mask = await maskOf(each);
  if ("error" in answer)
    return { ...labelsOf(each, judge), score: 0, accused: null, failed: answer.error, ...(mask && { f1: 0 }) };
  const drawn = mask && (await sharp(map).extractChannel(0).raw().toBuffer());
  return {
    ...labelsOf(each, judge),
    score: answer.score,
    accused: answer.accused,
    secondsPerMegapixel: perMegapixel(answer.seconds, each),
    ...(mask && drawn && { f1: pixelScores(drawn, mask).f1 }),
  };
}

/** The floor of F1: everything is marked. */
export async function markEverything(each: BenchCase): Promise<Judgement> {
  const mask = await maskOf(each);
  return {
    ...labelsOf(each, "everything marked"),
    score: 0,
    accused: null,
    ...(mask && { f1: pixelScores(new Uint8Array(mask.length).fill(255), mask).f1 }),
  };
}

function labelsOf({ set, group, isForged }: BenchCase, judge: string) {
  return { judge, set, group, isForged };
}

function perMegapixel(seconds: number, { bytes }: BenchCase): number {
  const { width, height } = inspectImage(bytes);
  return seconds / ((width * height) / 1e6);
}

async function maskOf({ mask, isForged }: BenchCase): Promise<Uint8Array | undefined> {
  return isForged && mask ? await sharp(mask).extractChannel(0).raw().toBuffer() : undefined;
}
