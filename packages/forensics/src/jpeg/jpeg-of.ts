import { type ArtGuardError, isArtGuardError } from "@artguard/core";
import type { JpegStructure } from "./jpeg-structure.ts";
import { type JpegCoefficients, readJpegCoefficients, readJpegStructure } from "./read-jpeg.ts";

type Outcome<T> = { value: T } | { error: ArtGuardError };

const structures = new WeakMap<Uint8Array, Outcome<JpegStructure>>();
const coefficients = new WeakMap<Uint8Array, Outcome<JpegCoefficients>>();

/** {@link readJpegStructure}, read once per file and shared by all detectors; an error is remembered too. */
export function jpegStructureOf(bytes: Uint8Array): JpegStructure {
  return once(structures, bytes, readJpegStructure);
}

/** {@link readJpegCoefficients}, decoded once per file and shared by all detectors; an error is remembered too. */
export function jpegCoefficientsOf(bytes: Uint8Array): JpegCoefficients {
  return once(coefficients, bytes, readJpegCoefficients);
}

function once<T>(known: WeakMap<Uint8Array, Outcome<T>>, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  const outcome = known.get(bytes) ?? attempt(bytes, read);
  known.set(bytes, outcome);
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

function attempt<T>(bytes: Uint8Array, read: (bytes: Uint8Array) => T): Outcome<T> {
  try {
    return { value: read(bytes) };
  } catch (error) {
    if (isArtGuardError(error, "jpeg.")) return { error };
    throw error;
  }
}
