import { ArtGuardError } from "@artguard/core";
import type { JpegStructure } from "./jpeg-structure.ts";

/** One component of a frame header, before its quantisation table is known. */
export interface FrameComponent {
  readonly id: number;
  readonly horizontalSampling: number;
  readonly verticalSampling: number;
  readonly tableSelector: number;
  readonly blocksPerRow: number;
  readonly blocksPerColumn: number;
}

/** A frame header (ITU-T T.81, B.2.2). */
export interface FrameHeader {
  readonly process: JpegStructure["process"];
  readonly width: number;
  readonly height: number;
  /** Minimum coded units per row and column of an interleaved scan. */
  readonly mcusPerRow: number;
  readonly mcusPerColumn: number;
  readonly components: readonly FrameComponent[];
}

const processes: Readonly<Record<number, JpegStructure["process"]>> = {
  192: "baseline",
  193: "extended",
  194: "progressive",
};

/** True for any start-of-frame marker, supported or not. */
export function isFrameMarker(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/**
 * Parses a start-of-frame segment.
 *
 * @throws ArtGuardError `jpeg.unsupported` for 12-bit, arithmetic, lossless and hierarchical processes.
 * @throws ArtGuardError `jpeg.malformed`
 */
export function parseFrameHeader(code: number, payload: Uint8Array): FrameHeader {
  const process = processes[code];
  if (!process) throw new ArtGuardError("jpeg.unsupported", `the coding process SOF${code - 0xc0} is not supported`);
  if (payload.length < 6 || payload.length < 6 + 3 * payload[5]!) throw malformed("the frame header is too short");
  const precision = payload[0]!;
  if (precision !== 8) throw new ArtGuardError("jpeg.unsupported", `${precision} bits per sample are not supported`);
  const height = (payload[1]! << 8) | payload[2]!;
  const width = (payload[3]! << 8) | payload[4]!;
  const count = payload[5]!;
  if (height === 0)
    throw new ArtGuardError("jpeg.unsupported", "a height given after the first scan (DNL) is not supported");
  if (width === 0 || count < 1 || count > 4) throw malformed("the frame header declares no picture");
  const sampling = Array.from({ length: count }, (_, i) => payload[7 + 3 * i]!);
  if (sampling.some((factors) => !isFactor(factors >> 4) || !isFactor(factors & 15)))
    throw malformed("a sampling factor is not 1–4");
  const widest = Math.max(...sampling.map((factors) => factors >> 4));
  const tallest = Math.max(...sampling.map((factors) => factors & 15));
  return {
    process,
    width,
    height,
    mcusPerRow: Math.ceil(width / (8 * widest)),
    mcusPerColumn: Math.ceil(height / (8 * tallest)),
    components: sampling.map((factors, i) => ({
      id: payload[6 + 3 * i]!,
      horizontalSampling: factors >> 4,
      verticalSampling: factors & 15,
      tableSelector: payload[8 + 3 * i]!,
      blocksPerRow: Math.ceil(Math.ceil((width * (factors >> 4)) / widest) / 8),
      blocksPerColumn: Math.ceil(Math.ceil((height * (factors & 15)) / tallest) / 8),
    })),
  };
}

function isFactor(value: number): boolean {
  return value >= 1 && value <= 4;
}

function malformed(message: string): ArtGuardError {
  return new ArtGuardError("jpeg.malformed", message);
}
